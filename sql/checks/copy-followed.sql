COPY pg_temp.followed (user_id, followed_id) FROM STDIN;

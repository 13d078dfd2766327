COPY pg_temp.:"table" (user_id, other_id) FROM STDIN;

-- Text format: user_id, closest_connection, weight, rank.
COPY kith_staging.closest_connections (user_id, closest_connection, weight, rank) FROM STDIN;

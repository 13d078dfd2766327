-- Terminates a connection ($1 its process), which ends its transaction.
SELECT pg_terminate_backend($1) AS ended;

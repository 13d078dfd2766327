-- Ends a connection ($1: its process), and with it its transaction.
SELECT pg_terminate_backend($1) AS ended;

-- Opens the tables again ($1: the processes that close them).
SELECT pg_cancel_backend(pid) FROM unnest($1::integer[]) AS queue (pid);

-- A connection gets ready to close a table. The timeout is for the case that Kith is stopped in its tracks while readers wait.
BEGIN;
SET LOCAL lock_timeout = '5s';
SELECT pg_backend_pid() AS pid;

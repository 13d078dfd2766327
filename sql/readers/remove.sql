-- Removes a reader's role, and ends its connections.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = :'name';
REVOKE kith_readers FROM :"name";
DROP ROLE :"name";

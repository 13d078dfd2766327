-- Ends a reader's connections, waiting at most 10 s for each, and removes its role.
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = :'name';
REVOKE kith_readers FROM :"name";
DROP ROLE :"name";

-- Locks a table for a moment. It waits no longer than this for those who have the table open, while new readers wait
-- behind it.
SET LOCAL lock_timeout = :'milliseconds';
LOCK TABLE graph_recs.:"table" IN ACCESS EXCLUSIVE MODE;

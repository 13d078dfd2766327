-- Locks a table, or the view of the run, for a moment. It waits no longer than this for those who have it open, while new readers wait
-- behind it.
SET LOCAL lock_timeout = :'milliseconds';
LOCK TABLE graph_recs.:"table" IN ACCESS EXCLUSIVE MODE;

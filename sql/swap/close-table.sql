-- Closes a table for a moment: whoever has it open is waited for no longer than this, and whoever comes to read it waits behind.
SET LOCAL lock_timeout = :'milliseconds';
LOCK TABLE graph_recs.:"table" IN ACCESS EXCLUSIVE MODE;

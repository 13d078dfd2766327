-- How long this transaction waits for a row that somebody holds.
SET LOCAL lock_timeout = '10s';

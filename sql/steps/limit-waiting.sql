-- How long this transaction waits for a locked row.
SET LOCAL lock_timeout = '10s';

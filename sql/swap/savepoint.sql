-- The tables are closed from here on, for a moment: the longest that each lock is waited for, with all who come to read meanwhile.
SAVEPOINT closing;
SET LOCAL lock_timeout = '100ms';

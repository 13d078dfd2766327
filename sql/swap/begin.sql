-- The transaction that swaps. The wait for row locks ends before others lose their patience.
-- COMMIT does not wait for the disk, or for a standby, while readers wait; make-durable.sql does, right after.
SET LOCAL lock_timeout = '10s';
SET LOCAL synchronous_commit = off;

-- Drops a next table, unless somebody has it open, such as pg_dump; it does not wait.
BEGIN;
SET LOCAL lock_timeout = '100ms';
DROP TABLE IF EXISTS kith_next.:"next";
COMMIT;

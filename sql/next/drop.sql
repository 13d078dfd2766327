-- Removes a next table, unless somebody has it open: whoever has, such as pg_dump, is not waited for.
BEGIN;
SET LOCAL lock_timeout = '100ms';
DROP TABLE IF EXISTS kith_next.:"next";
COMMIT;

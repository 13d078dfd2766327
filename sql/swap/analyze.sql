-- Readers' joins are planned with the statistics of the published table itself, which autovacuum does not update.
BEGIN;
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = 0;
ANALYZE graph_recs.:"table";
COMMIT;

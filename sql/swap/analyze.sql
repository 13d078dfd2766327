-- Readers' joins are planned with the statistics of the published table itself, which autovacuum does not update.
BEGIN;
SET LOCAL lock_timeout = '1s';
ANALYZE graph_recs.:"table";
COMMIT;

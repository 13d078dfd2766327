-- Readers' joins are planned by what is known of the published table itself, at which nobody else looks.
BEGIN;
SET LOCAL lock_timeout = '1s';
ANALYZE graph_recs.:"table";
COMMIT;

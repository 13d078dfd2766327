-- Replaces the published rows by the next ones, under the lock of the published table. Only catalogs change, which
-- takes a few milliseconds for a table of any size: a DEFAULT partition without others needs no scan of its rows, and
-- the file of the dropped one is removed once the locks are released.
DROP TABLE kith_shown.:"shown";
ALTER TABLE kith_next.:"next" SET SCHEMA kith_shown;
ALTER TABLE graph_recs.:"table" ATTACH PARTITION kith_shown.:"next" DEFAULT;
ALTER TABLE kith_shown.:"next" RESET (autovacuum_enabled);
DELETE FROM kith.next_tables WHERE name = :'table';

-- Puts the next rows in the place of the shown ones, under the lock of the published table. Catalogs only, some milliseconds whatever the table's size: a
-- DEFAULT partition beside no other needs no look at its rows, and the file of the dropped one is removed once the locks are gone.
DROP TABLE kith_shown.:"shown";
ALTER TABLE kith_next.:"next" SET SCHEMA kith_shown;
ALTER TABLE graph_recs.:"table" ATTACH PARTITION kith_shown.:"next" DEFAULT;
ALTER TABLE kith_shown.:"next" RESET (autovacuum_enabled);
DELETE FROM kith.next_tables WHERE name = :'table';

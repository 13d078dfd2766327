-- Puts the next rows into the place of the shown ones, under the locks on all three tables. Catalogs only: some milliseconds, whatever the
-- tables' size. A DEFAULT partition beside no other needs no look at its rows.
ALTER TABLE graph_recs.closest_connections DETACH PARTITION kith_shown.closest_connections;
ALTER TABLE graph_recs.recommendations DETACH PARTITION kith_shown.recommendations;
ALTER TABLE graph_recs.rec_reasons DETACH PARTITION kith_shown.rec_reasons;
ALTER TABLE kith_shown.closest_connections SET SCHEMA kith_old;
ALTER TABLE kith_shown.recommendations SET SCHEMA kith_old;
ALTER TABLE kith_shown.rec_reasons SET SCHEMA kith_old;
ALTER TABLE kith_next.closest_connections SET SCHEMA kith_shown;
ALTER TABLE kith_next.recommendations SET SCHEMA kith_shown;
ALTER TABLE kith_next.rec_reasons SET SCHEMA kith_shown;
ALTER TABLE graph_recs.closest_connections ATTACH PARTITION kith_shown.closest_connections DEFAULT;
ALTER TABLE graph_recs.recommendations ATTACH PARTITION kith_shown.recommendations DEFAULT;
ALTER TABLE graph_recs.rec_reasons ATTACH PARTITION kith_shown.rec_reasons DEFAULT;
ALTER TABLE kith_shown.closest_connections RESET (autovacuum_enabled);
ALTER TABLE kith_shown.recommendations RESET (autovacuum_enabled);
ALTER TABLE kith_shown.rec_reasons RESET (autovacuum_enabled);
DELETE FROM kith.next_tables;

-- The next rows of graph_recs.closest_connections, seen by nobody. Indexes come after the rows. Autovacuum stays away, since it would hold up
-- the swap; Kith does its work (freeze-closest-connections.sql).
CREATE TABLE kith_next.closest_connections (LIKE graph_recs.closest_connections INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS)
WITH (autovacuum_enabled = false);

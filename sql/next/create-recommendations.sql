-- The next rows of graph_recs.recommendations; see create-closest-connections.sql.
CREATE TABLE kith_next.recommendations (LIKE graph_recs.recommendations INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS)
WITH (autovacuum_enabled = false);

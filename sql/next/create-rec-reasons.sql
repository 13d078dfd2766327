-- The next rows of graph_recs.rec_reasons; see create-closest-connections.sql.
CREATE TABLE kith_next.rec_reasons (LIKE graph_recs.rec_reasons INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS)
WITH (autovacuum_enabled = false);

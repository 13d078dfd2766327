-- The checks join what this transaction has merged. If the tables were empty when the server last looked, after a reset, it would plan for no rows:
-- a check of 2 million reasons then took more than 7 minutes instead of 3 s. 0.2 s a table.
ANALYZE graph_recs.closest_connections;
ANALYZE graph_recs.recommendations;
ANALYZE graph_recs.rec_reasons;

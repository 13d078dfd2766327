-- Nothing is published until the transaction ends: what it reads is of one run.
LOCK TABLE graph_recs.closest_connections, graph_recs.recommendations, graph_recs.rec_reasons IN ACCESS SHARE MODE;

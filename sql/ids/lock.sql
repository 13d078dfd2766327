-- Nobody may begin a first run, or read, while the tables are made anew.
LOCK TABLE kith.runs, graph_recs.closest_connections, graph_recs.recommendations, graph_recs.rec_reasons IN ACCESS EXCLUSIVE MODE;

-- How many rows each published table has.
SELECT
  (SELECT count(*) FROM graph_recs.closest_connections) AS closest,
  (SELECT count(*) FROM graph_recs.recommendations) AS recommendations,
  (SELECT count(*) FROM graph_recs.rec_reasons) AS reasons;

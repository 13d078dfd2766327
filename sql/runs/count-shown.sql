-- The number of published rows.
SELECT (
  (SELECT count(*) FROM graph_recs.closest_connections)
  + (SELECT count(*) FROM graph_recs.recommendations)
  + (SELECT count(*) FROM graph_recs.rec_reasons)
)::float8 AS rows;

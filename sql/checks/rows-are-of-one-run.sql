-- Every row is of this run ($1: its start), and none was created after it.
SELECT count(*) AS offending, min(format('%s: updated %s, created %s', place, updated_at, created_at)) AS example
FROM (
  SELECT 'closest_connections' AS place, created_at, updated_at FROM graph_recs.closest_connections
  UNION ALL
  SELECT 'recommendations', created_at, updated_at FROM graph_recs.recommendations
  UNION ALL
  SELECT 'rec_reasons', created_at, updated_at FROM graph_recs.rec_reasons
) AS shown
WHERE updated_at <> $1 OR created_at > $1;

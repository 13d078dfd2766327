-- No suspended user ($1: their ids) has a row or is named in one.
SELECT count(*) AS offending, min(format('user %s', suspended.user_id)) AS example
FROM unnest($1::integer[]) AS suspended (user_id)
JOIN (
  SELECT user_id FROM graph_recs.closest_connections
  UNION ALL SELECT closest_connection FROM graph_recs.closest_connections
  UNION ALL SELECT user_id FROM graph_recs.recommendations
  UNION ALL SELECT rec_id FROM graph_recs.recommendations
  UNION ALL SELECT reason_id FROM graph_recs.rec_reasons
) AS named USING (user_id);

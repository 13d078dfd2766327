-- Nobody is close to, recommended to, or a reason for themself.
SELECT count(*) AS offending, min(format('user %s', user_id)) AS example
FROM (
  SELECT user_id FROM graph_recs.closest_connections WHERE user_id = closest_connection
  UNION ALL
  SELECT user_id FROM graph_recs.recommendations WHERE user_id = rec_id
  UNION ALL
  SELECT user_id FROM graph_recs.rec_reasons WHERE user_id = rec_id OR user_id = reason_id OR rec_id = reason_id
) AS selfish;

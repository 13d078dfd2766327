-- Every reason is one of the user's own closest connections, and its weight is that of its connection to the recommended one.
SELECT count(*) AS offending, min(format('user %s, recommended %s, reason %s', reason.user_id, rec_id, reason_id)) AS example
FROM graph_recs.rec_reasons AS reason
LEFT JOIN graph_recs.closest_connections AS near
  ON near.user_id = reason.user_id AND near.closest_connection = reason.reason_id
LEFT JOIN graph_recs.closest_connections AS far
  ON far.user_id = reason.reason_id AND far.closest_connection = reason.rec_id
WHERE near.user_id IS NULL OR far.weight IS DISTINCT FROM reason.weight;

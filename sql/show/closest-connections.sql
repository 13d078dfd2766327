-- A user's ($1) published closest connections, the closest first.
SELECT closest_connection AS "userId", rank, weight::text AS weight
FROM graph_recs.closest_connections
WHERE user_id = $1
ORDER BY rank;

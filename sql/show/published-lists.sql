-- The lists of user $1 that are published, of one run.
SELECT 'closest' AS list, closest_connection AS "userId", rank
FROM graph_recs.closest_connections
WHERE user_id = $1
UNION ALL
SELECT 'recommendations', rec_id, rank
FROM graph_recs.recommendations
WHERE user_id = $1
ORDER BY rank;

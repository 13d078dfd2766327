-- Who is on the lists of user $1 only since the run that is published: rows of earlier runs kept their created_at.
SELECT 'closest' AS list, closest_connection AS "userId", rank
FROM graph_recs.closest_connections
WHERE user_id = $1 AND created_at = updated_at
UNION ALL
SELECT 'recommendations', rec_id, rank
FROM graph_recs.recommendations
WHERE user_id = $1 AND created_at = updated_at
ORDER BY rank;

-- The users whose recommendations walk the most paths of two steps ($1 how many).
WITH degree AS (
  SELECT user_id, count(*) AS out
  FROM graph_recs.closest_connections
  GROUP BY user_id
)
SELECT near.user_id, sum(degree.out)::integer AS paths
FROM graph_recs.closest_connections AS near
JOIN degree ON degree.user_id = near.closest_connection
GROUP BY near.user_id
ORDER BY paths DESC, near.user_id
LIMIT $1;

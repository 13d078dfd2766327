-- Closes the gaps in the ranks of the connections of users ($1).
UPDATE graph_recs.closest_connections AS connection
SET rank = again.rank
FROM (
  SELECT user_id, closest_connection, row_number() OVER (PARTITION BY user_id ORDER BY rank) AS rank
  FROM graph_recs.closest_connections
  WHERE user_id = ANY ($1::bigint[])
) AS again
WHERE connection.user_id = again.user_id
  AND connection.closest_connection = again.closest_connection
  AND connection.rank <> again.rank;

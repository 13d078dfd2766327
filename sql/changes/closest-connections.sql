-- Closest connections that would be new, and that would be gone.
SELECT
  count(*) FILTER (WHERE shown.user_id IS NULL)::float8 AS added,
  count(*) FILTER (WHERE next.user_id IS NULL)::float8 AS gone
FROM graph_recs.closest_connections AS shown
FULL JOIN :"closest_connections" AS next USING (user_id, closest_connection);

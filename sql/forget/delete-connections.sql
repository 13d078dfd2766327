-- Deletes the published connections from and to a user ($1), and returns whose lists have a gap.
WITH gone AS (
  DELETE FROM graph_recs.closest_connections WHERE user_id = $1::bigint OR closest_connection = $1 RETURNING user_id
)
SELECT count(*)::float8 AS closest, coalesce(array_agg(user_id) FILTER (WHERE user_id <> $1), '{}') AS users FROM gone;

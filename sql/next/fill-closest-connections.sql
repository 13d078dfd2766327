-- What the run found ($1: the run's start); rows that stand on keep created_at. By a hash join the rows stay in the order in which they were
-- staged, user by user: begin.sql keeps the planner from a nested loop, which takes four times as long.
INSERT INTO kith_next.closest_connections (user_id, closest_connection, weight, rank, created_at, updated_at)
SELECT staged.user_id, staged.closest_connection, staged.weight, staged.rank, coalesce(shown.created_at, $1), $1
FROM kith_staging.closest_connections AS staged
LEFT JOIN graph_recs.closest_connections AS shown
  ON shown.user_id = staged.user_id AND shown.closest_connection = staged.closest_connection;

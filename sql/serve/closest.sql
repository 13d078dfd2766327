-- The closest connections ($2 how many) of a user ($1), and the run that they are of: one statement sees one run.
SELECT
  (SELECT run_id FROM graph_recs.published_run) AS run,
  (
    SELECT json_agg(
      json_build_object('user', closest_connection::text, 'rank', rank, 'weight', weight::text) ORDER BY rank
    )
    FROM graph_recs.closest_connections
    WHERE user_id = $1::bigint AND rank <= $2::integer
  ) AS items;

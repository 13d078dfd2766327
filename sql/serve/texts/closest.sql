-- As closest.sql, where ids are texts.
SELECT
  (SELECT run_id FROM graph_recs.published_run) AS run,
  (
    SELECT json_agg(json_build_object('user', id, 'rank', rank, 'weight', weight::text) ORDER BY rank)
    FROM graph_recs.closest_connections AS closest
    JOIN graph_recs.users ON users.user_id = closest_connection
    WHERE closest.user_id = $1::bigint AND rank <= $2::integer
  ) AS items;

-- As recommendations.sql, where ids are texts.
SELECT
  (SELECT run_id FROM graph_recs.published_run) AS run,
  (
    SELECT json_agg(
      json_build_object('user', id, 'rank', rank, 'score', score::text, 'source', source) ORDER BY rank
    )
    FROM graph_recs.recommendations AS recommended
    JOIN graph_recs.users ON users.user_id = rec_id
    WHERE recommended.user_id = $1::bigint AND rank <= $2::integer
  ) AS items;

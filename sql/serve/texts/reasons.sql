-- As reasons.sql, where ids are texts.
SELECT
  (SELECT run_id FROM graph_recs.published_run) AS run,
  (
    SELECT json_agg(
      json_build_object('user', id, 'weight', weight::text, 'source', source) ORDER BY weight DESC, reason_id
    )
    FROM graph_recs.rec_reasons AS reason
    JOIN graph_recs.users ON users.user_id = reason_id
    WHERE reason.user_id = $1::bigint AND rec_id = $2::bigint
  ) AS items;

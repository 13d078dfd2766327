-- Because of whom somebody ($2) is recommended to a user ($1), the heaviest first, and the run that this is of.
SELECT
  (SELECT run_id FROM graph_recs.published_run) AS run,
  (
    SELECT json_agg(
      json_build_object('user', reason_id::text, 'weight', weight::text, 'source', source)
      ORDER BY weight DESC, reason_id
    )
    FROM graph_recs.rec_reasons
    WHERE user_id = $1::bigint AND rec_id = $2::bigint
  ) AS items;

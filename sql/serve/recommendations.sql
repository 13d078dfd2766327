-- The best recommendations ($2 how many) of a user ($1), and the run that they are of: one statement sees one run.
SELECT
  (SELECT run_id FROM graph_recs.published_run) AS run,
  (
    SELECT json_agg(
      json_build_object('user', rec_id::text, 'rank', rank, 'score', score::text, 'source', source) ORDER BY rank
    )
    FROM graph_recs.recommendations
    WHERE user_id = $1::bigint AND rank <= $2::integer
  ) AS items;

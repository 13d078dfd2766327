-- What the run found ($1: the run's start); see fill-closest-connections.sql.
INSERT INTO kith_next.recommendations (user_id, rec_id, rank, score, created_at, updated_at)
SELECT staged.user_id, staged.rec_id, staged.rank, staged.score, coalesce(shown.created_at, $1), $1
FROM kith_staging.recommendations AS staged
LEFT JOIN graph_recs.recommendations AS shown
  ON shown.user_id = staged.user_id AND shown.rec_id = staged.rec_id;

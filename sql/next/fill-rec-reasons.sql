-- What the run found ($1: the run's start); see fill-closest-connections.sql.
INSERT INTO kith_next.rec_reasons (user_id, rec_id, reason_id, weight, created_at, updated_at)
SELECT staged.user_id, staged.rec_id, staged.reason_id, staged.weight, coalesce(shown.created_at, $1), $1
FROM kith_staging.rec_reasons AS staged
LEFT JOIN graph_recs.rec_reasons AS shown
  ON shown.user_id = staged.user_id AND shown.rec_id = staged.rec_id AND shown.reason_id = staged.reason_id;

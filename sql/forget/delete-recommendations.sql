-- Deletes the published recommendations in which a user ($1) is the user, the recommended or a reason, with all of their reasons, and
-- returns whose lists have a gap.
WITH gone AS (
  SELECT user_id, rec_id FROM graph_recs.recommendations WHERE user_id = $1::bigint OR rec_id = $1
  UNION
  SELECT user_id, rec_id FROM graph_recs.rec_reasons WHERE user_id = $1 OR rec_id = $1 OR reason_id = $1
),
reasons AS (
  DELETE FROM graph_recs.rec_reasons AS reason
  USING gone
  WHERE reason.user_id = gone.user_id AND reason.rec_id = gone.rec_id
  RETURNING reason.user_id
),
recommendations AS (
  DELETE FROM graph_recs.recommendations AS recommendation
  USING gone
  WHERE recommendation.user_id = gone.user_id AND recommendation.rec_id = gone.rec_id
  RETURNING recommendation.user_id
)
SELECT
  (SELECT count(*) FROM reasons)::float8 AS reasons,
  (SELECT count(*) FROM recommendations)::float8 AS recommendations,
  ARRAY(SELECT DISTINCT user_id FROM recommendations WHERE user_id <> $1) AS users;

-- The published rows that go with a user ($1): a recommendation goes whole if the user is in it or is a reason for it.
WITH gone AS (
  SELECT user_id, rec_id FROM graph_recs.recommendations WHERE user_id = $1::bigint OR rec_id = $1
  UNION
  SELECT user_id, rec_id FROM graph_recs.rec_reasons WHERE user_id = $1 OR rec_id = $1 OR reason_id = $1
)
SELECT
  (SELECT count(*) FROM graph_recs.closest_connections WHERE user_id = $1 OR closest_connection = $1)::float8 AS closest,
  (SELECT count(*) FROM graph_recs.recommendations JOIN gone USING (user_id, rec_id))::float8 AS recommendations,
  (SELECT count(*) FROM graph_recs.rec_reasons JOIN gone USING (user_id, rec_id))::float8 AS reasons;

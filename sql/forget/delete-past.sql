-- Deletes a user ($1) from the past lists, and the user's own.
WITH own AS (
  DELETE FROM kith.past_recommendations WHERE user_id = $1::bigint RETURNING user_id
),
naming AS (
  UPDATE kith.past_recommendations SET rec_ids = array_remove(rec_ids, $1)
  WHERE user_id <> $1 AND $1 = ANY (rec_ids)
  RETURNING user_id
),
popular AS (
  UPDATE kith.past_lists SET popular = array_remove(popular, $1) WHERE $1 = ANY (popular) RETURNING id
)
SELECT ((SELECT count(*) FROM own) + (SELECT count(*) FROM naming) + (SELECT count(*) FROM popular))::float8 AS found;

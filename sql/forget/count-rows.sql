-- A run ($1) shows fewer rows from now on ($2 to $4 fewer by table): the next one is compared with what is left.
UPDATE kith.runs
SET closest_rows = closest_rows - $2::bigint, recommendation_rows = recommendation_rows - $3::bigint, reason_rows = reason_rows - $4::bigint
WHERE id = $1
RETURNING closest_rows::float8 AS closest, recommendation_rows::float8 AS recommendations, reason_rows::float8 AS reasons;

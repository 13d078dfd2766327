-- The latest runs ($1 how many), the newest first.
SELECT runs.id, as_of, input, status, conducted_by, queued_at, started_at, finished_at, error, summary,
  closest_rows::float8 AS closest_rows, recommendation_rows::float8 AS recommendation_rows, reason_rows::float8 AS reason_rows
FROM kith.runs
ORDER BY coalesce(queued_at, started_at) DESC, as_of DESC
LIMIT $1;

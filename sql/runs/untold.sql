-- Runs of the queue that ended within the last day in one of these ways ($1), and of which nobody has been told yet.
SELECT id, status, error, as_of AS "asOf", closest_rows::float8 AS closest, recommendation_rows::float8 AS recommendations,
  reason_rows::float8 AS reasons
FROM kith.runs
WHERE queued_at IS NOT NULL AND status = ANY ($1::text[]) AND told_at IS NULL AND finished_at > now() - interval '1 day'
ORDER BY finished_at;

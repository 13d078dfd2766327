-- The rows of the last published run.
SELECT closest_rows::float8 AS closest, recommendation_rows::float8 AS recommendations, reason_rows::float8 AS reasons
FROM kith.runs
WHERE status = 'published'
ORDER BY finished_at DESC
LIMIT 1;

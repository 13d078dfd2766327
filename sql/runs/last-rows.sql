-- The rows of the last published run, and the activities that the graph had then.
SELECT closest_rows::float8 AS closest, recommendation_rows::float8 AS recommendations, reason_rows::float8 AS reasons,
  (summary -> 'graph' ->> 'activities')::float8 AS activities
FROM kith.runs
WHERE status = 'published'
ORDER BY finished_at DESC
LIMIT 1;

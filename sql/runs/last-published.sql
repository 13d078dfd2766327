-- The run that the tables show.
SELECT id, as_of, input, settings, scores, steps, status, started_at, allowed, queued_at IS NOT NULL AS is_queued, engine
FROM kith.runs
WHERE status = 'published'
ORDER BY finished_at DESC
LIMIT 1;

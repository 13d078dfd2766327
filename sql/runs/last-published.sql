-- The run that the tables show.
SELECT id, as_of, settings, started_at
FROM kith.runs
WHERE status = 'published'
ORDER BY started_at DESC
LIMIT 1;

-- The run that was published last before this one ($1 id) began, or was queued.
SELECT id, as_of, settings
FROM kith.runs
WHERE status = 'published' AND id <> $1 AND finished_at < (SELECT started_at FROM kith.runs WHERE id = $1)
ORDER BY finished_at DESC
LIMIT 1;

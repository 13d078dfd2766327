-- The latest runs ($1 how many), newest first; or one alone ($2 its id).
SELECT id, as_of, input, status, steps, queued_at, started_at, finished_at, error, engine, settings, scores, allowed, summary
FROM kith.runs
WHERE $2::text IS NULL OR id = $2
ORDER BY coalesce(queued_at, started_at) DESC, as_of DESC
LIMIT $1;

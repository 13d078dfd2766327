-- The latest runs ($1 how many), newest first, without those that did only these steps ($3); or one alone ($2 its id).
SELECT id, as_of, input, status, steps, queued_at, started_at, finished_at, error, engine, settings, scores, allowed, summary
FROM kith.runs
WHERE id = $2 OR ($2::text IS NULL AND NOT (status = 'done' AND steps = $3::text[]))
ORDER BY coalesce(queued_at, started_at) DESC, as_of DESC
LIMIT $1;

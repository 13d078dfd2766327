-- The latest runs that have begun ($1 how many), newest first. A long queue of waiting runs does not push them out, nor do
-- those that did only these steps ($2).
SELECT id, as_of, input, status, steps, queued_at, started_at, finished_at, error, settings, summary
FROM kith.runs
WHERE status <> 'queued' AND NOT (status = 'done' AND steps = $2::text[])
ORDER BY started_at DESC, as_of DESC
LIMIT $1;

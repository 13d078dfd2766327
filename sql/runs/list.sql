-- The latest runs ($1 how many), newest first.
SELECT id, as_of, input, status, steps, queued_at, started_at, finished_at, error, summary -> 'pastLists' AS past_lists
FROM kith.runs
ORDER BY coalesce(queued_at, started_at) DESC, as_of DESC
LIMIT $1;

-- One run ($1 id) with everything that is known about it.
SELECT id, as_of, input, status, steps, queued_at, started_at, finished_at, error, settings, summary
FROM kith.runs
WHERE id = $1;

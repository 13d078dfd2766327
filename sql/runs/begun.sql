-- The latest runs that have begun ($1 how many), the newest first; what waits behind them in a long queue does not push them out.
SELECT id, as_of, input, status, steps, queued_at, started_at, finished_at, error, settings, summary
FROM kith.runs
WHERE status <> 'queued'
ORDER BY started_at DESC, as_of DESC
LIMIT $1;

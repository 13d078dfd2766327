-- Where the steps of runs ($1 ids) stand.
SELECT run_id, step, status, attempts, failures, worker, started_at, finished_at, retry_at, rows::float8 AS rows, error, summary
FROM kith.run_steps
WHERE run_id = ANY ($1);

-- The state of the steps of runs ($1 ids); retry_in is in milliseconds.
SELECT run_id, step, status, attempts, failures, worker, started_at, finished_at, retry_at, rows::float8 AS rows, error, summary,
  greatest(0, coalesce(extract(epoch FROM retry_at - clock_timestamp()) * 1000, 0))::float8 AS retry_in
FROM kith.run_steps
WHERE run_id = ANY ($1);

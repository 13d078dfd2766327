-- Records that a step could not begin ($1 run, $2 step, $3 worker, $4 why, $5 milliseconds until it is retried, $6
-- whether that is an error), and returns how many errors there were. Returns nothing if the step or the run is over.
INSERT INTO kith.run_steps AS known (run_id, step, status, failures, token, worker, started_at, error, retry_at)
SELECT id, $2, 'waiting', $6::boolean::integer, 0, $3, clock_timestamp(), $4, clock_timestamp() + $5::float8 * interval '1 ms'
FROM kith.runs
WHERE id = $1 AND status = 'running'
ON CONFLICT (run_id, step) DO UPDATE
SET status = 'waiting', error = excluded.error, retry_at = excluded.retry_at, worker = excluded.worker,
  failures = known.failures + excluded.failures
WHERE known.status IN ('running', 'waiting')
RETURNING failures;

-- Records that an attempt ended with an error ($1 run, $2 step, $3 token, $4 error, $5 milliseconds until it is
-- retried: null means never, $6 what it adds to the run's summary).
UPDATE kith.run_steps
SET status = CASE WHEN $5::float8 IS NULL THEN 'failed' ELSE 'waiting' END, failures = failures + 1,
  finished_at = clock_timestamp(), error = $4, retry_at = clock_timestamp() + $5::float8 * interval '1 ms', summary = $6
WHERE run_id = $1 AND step = $2 AND token = $3 AND status = 'running'
RETURNING failures;

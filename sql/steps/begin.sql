-- An attempt at a step begins ($1 run, $2 step, $3 worker): from now on only it may write. Nothing, if the run is not under way or the
-- step is over. Whoever still writes for an earlier attempt holds the step's row: this waits for it, and the caller has a limit. The run's
-- row is held, so that nobody ends the run meanwhile; the number is drawn once the step's row is ours, so that it is the largest.
WITH run AS (
  SELECT id FROM kith.runs WHERE id = $1 AND status = 'running' FOR SHARE
)
INSERT INTO kith.run_steps AS known (run_id, step, status, attempts, token, worker, started_at)
SELECT id, $2, 'running', 1, nextval('kith.step_token'), $3, clock_timestamp()
FROM run
ON CONFLICT (run_id, step) DO UPDATE
SET status = 'running', attempts = known.attempts + 1, token = nextval('kith.step_token'), worker = excluded.worker,
  started_at = clock_timestamp(), finished_at = NULL, retry_at = NULL, error = NULL
WHERE known.status IN ('running', 'waiting')
RETURNING token::text, attempts, failures;

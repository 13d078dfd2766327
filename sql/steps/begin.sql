-- Begins an attempt at a step ($1 run, $2 step, $3 worker): from now on only this attempt may write. Returns nothing if
-- the run is not running or the step is over. A writer for an earlier attempt holds the step's row, so this waits for
-- it; the caller sets a limit. The run's row is locked, so that nobody can end the run in the meantime. The token is
-- drawn once we hold the step's row, so it is the largest.
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

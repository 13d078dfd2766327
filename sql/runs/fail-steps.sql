-- Fails the running and waiting steps of a failed run ($1 id). It runs in the transaction that ended the run, but as a
-- statement of its own, whose snapshot includes a step that began at the last moment.
UPDATE kith.run_steps
SET status = 'failed', finished_at = clock_timestamp(), error = coalesce(run_steps.error, runs.error)
FROM kith.runs
WHERE id = $1 AND run_id = id AND runs.status = 'failed' AND run_steps.status IN ('running', 'waiting');

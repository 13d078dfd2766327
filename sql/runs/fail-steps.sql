-- The steps of a run that has failed ($1 id), those that were under way, in the transaction that ended the run but in a snapshot after it:
-- a step that began in the last moment is among them.
UPDATE kith.run_steps
SET status = 'failed', finished_at = clock_timestamp(), error = coalesce(run_steps.error, runs.error)
FROM kith.runs
WHERE id = $1 AND run_id = id AND runs.status = 'failed' AND run_steps.status IN ('running', 'waiting');

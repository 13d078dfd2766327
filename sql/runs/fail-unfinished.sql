-- Fails runs that a crash left behind, and their steps. The caller holds the network's lock, so none of them is still
-- being done; a process that wakes up late finds that it may not write.
WITH broken AS (
  UPDATE kith.runs
  SET status = 'failed', finished_at = clock_timestamp(), error = 'The run was interrupted.'
  WHERE status = 'running'
  RETURNING id
)
UPDATE kith.run_steps
SET status = 'failed', finished_at = clock_timestamp(), error = 'The run was interrupted.'
FROM broken
WHERE run_id = id AND run_steps.status IN ('running', 'waiting');

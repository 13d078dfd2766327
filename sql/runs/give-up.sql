-- Cancels a run of the queue ($1 id); fail-steps.sql comes next.
UPDATE kith.runs
SET status = 'failed', finished_at = clock_timestamp(), error = 'Given up by hand.', told_at = clock_timestamp()
WHERE id = $1 AND queued_at IS NOT NULL AND status IN ('queued', 'running')
RETURNING id;

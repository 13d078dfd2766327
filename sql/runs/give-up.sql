-- A run of the queue will not be done ($1 id); fail-steps.sql is next.
UPDATE kith.runs
SET status = 'failed', finished_at = now(), error = 'Given up by hand.', told_at = now()
WHERE id = $1 AND conducted_by = 'workers' AND status IN ('queued', 'running')
RETURNING id;

-- A run ends without being published ($1 id, $2 why, $3 summary so far); fail-steps.sql is next. Nothing if it had ended before. Whoever writes
-- for one of its steps holds the row: this waits for it.
UPDATE kith.runs
SET status = 'failed', finished_at = clock_timestamp(), error = $2, summary = $3
WHERE id = $1 AND status = 'running'
RETURNING id;

-- Ends a run without publishing it ($1 id, $2 why, $3 summary so far); fail-steps.sql comes next. Returns nothing if
-- the run has already ended. A writer for one of its steps holds the row, so this waits for it.
UPDATE kith.runs
SET status = 'failed', finished_at = clock_timestamp(), error = $2, summary = $3
WHERE id = $1 AND status = 'running'
RETURNING id;

-- A run of single steps goes on ($1 id) with more of them ($2, those that it consists of then), by settings $3 and scores from $4; steps/forget.sql
-- is next.
UPDATE kith.runs
SET status = 'running', steps = $2, settings = $3, scores = $4, finished_at = NULL, error = NULL
WHERE id = $1
RETURNING id, as_of, input, settings, scores, steps, status, started_at, queued_at IS NOT NULL AS is_queued;

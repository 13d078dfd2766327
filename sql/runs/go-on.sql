-- A run goes on by hand ($1 id) with the steps that it then has ($2), settings $3, scores from $4, and what it is allowed
-- to do ($5); steps/forget.sql comes next. If it was one of the queue, workers leave it alone from now on.
UPDATE kith.runs
SET status = 'running', steps = $2, settings = $3, scores = $4, allowed = $5, queued_at = NULL, finished_at = NULL, error = NULL, summary = '{}'
WHERE id = $1
RETURNING id, as_of, input, settings, scores, steps, status, started_at, allowed, queued_at IS NOT NULL AS is_queued, engine;

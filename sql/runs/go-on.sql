-- Continues a run of single steps ($1 id) with more steps ($2 all steps it then has), settings $3 and scores from $4;
-- steps/forget.sql comes next.
UPDATE kith.runs
SET status = 'running', steps = $2, settings = $3, scores = $4, finished_at = NULL, error = NULL
WHERE id = $1
RETURNING id, as_of, input, settings, scores, steps, status, started_at, queued_at IS NOT NULL AS is_queued;

-- A run of the queue will not be done ($1 id); its steps neither.
WITH given_up AS (
  UPDATE kith.runs
  SET status = 'failed', finished_at = now(), error = 'Given up by hand.', told_at = now()
  WHERE id = $1 AND conducted_by = 'workers' AND status IN ('queued', 'running')
  RETURNING id
),
steps AS (
  UPDATE kith.run_steps
  SET status = 'failed', finished_at = now(), error = coalesce(run_steps.error, 'Given up by hand.')
  FROM given_up
  WHERE run_id = id AND run_steps.status IN ('running', 'waiting')
)
SELECT id FROM given_up;

-- A run ends without being published ($1 id, $2 why, $3 summary so far), and so do the steps that were under way. Nothing if it had ended before.
WITH failed AS (
  UPDATE kith.runs
  SET status = 'failed', finished_at = now(), error = $2, summary = $3
  WHERE id = $1 AND status = 'running'
  RETURNING id
),
steps AS (
  UPDATE kith.run_steps
  SET status = 'failed', finished_at = now(), error = coalesce(run_steps.error, $2)
  FROM failed
  WHERE run_id = id AND run_steps.status IN ('running', 'waiting')
)
SELECT id FROM failed;

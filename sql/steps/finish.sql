-- Records that a step is done ($1 run, $2 step, $3 token, $4 rows, $5 what it adds to the run's summary).
UPDATE kith.run_steps
SET status = 'done', finished_at = clock_timestamp(), rows = $4, summary = $5, error = NULL
WHERE run_id = $1 AND step = $2 AND token = $3 AND status = 'running'
RETURNING step;

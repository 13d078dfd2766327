-- Whether an attempt may still write ($1 run, $2 step, $3 token). If so, it may until this transaction ends, since a
-- later attempt waits for the step's row, and whoever ends the run waits for the run's row.
SELECT 1 AS held
FROM kith.runs
JOIN kith.run_steps ON run_id = id
WHERE id = $1 AND runs.status = 'running' AND step = $2 AND token = $3 AND run_steps.status = 'running'
FOR SHARE;

-- Whether an attempt may still write ($1 run, $2 step, $3 token); it may until this transaction ends, since a later attempt waits for the row.
SELECT 1 AS held
FROM kith.run_steps
WHERE run_id = $1 AND step = $2 AND token = $3 AND status = 'running'
FOR SHARE;

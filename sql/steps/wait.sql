-- A step can't begin yet ($1 run, $2 step, $3 worker, $4 why, $5 when it is tried again).
INSERT INTO kith.run_steps (run_id, step, status, token, worker, started_at, error, retry_at)
SELECT id, $2, 'waiting', 0, $3, clock_timestamp(), $4, $5
FROM kith.runs
WHERE id = $1 AND status = 'running'
ON CONFLICT (run_id, step) DO UPDATE
SET error = excluded.error, retry_at = excluded.retry_at, worker = excluded.worker
WHERE run_steps.status = 'waiting';

-- A run ends without being published ($1 id, $2 why, $3 summary so far).
UPDATE kith.runs
SET status = 'failed', finished_at = now(), error = $2, summary = $3
WHERE id = $1 AND status = 'running';

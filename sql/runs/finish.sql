-- Ends a run whose steps are all done and do not include publish ($1 id, $2 summary).
UPDATE kith.runs
SET status = 'done', finished_at = clock_timestamp(), summary = $2
WHERE id = $1 AND status = 'running';

-- Runs of the queue that failed within a day, and of which KITH_ON_FAILURE was not told yet.
SELECT id, error
FROM kith.runs
WHERE queued_at IS NOT NULL AND status = 'failed' AND told_at IS NULL AND finished_at > now() - interval '1 day'
ORDER BY finished_at;

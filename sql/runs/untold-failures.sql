-- Runs of the queue that failed within the last day and for which KITH_ON_FAILURE has not been called yet.
SELECT id, error
FROM kith.runs
WHERE queued_at IS NOT NULL AND status = 'failed' AND told_at IS NULL AND finished_at > now() - interval '1 day'
ORDER BY finished_at;

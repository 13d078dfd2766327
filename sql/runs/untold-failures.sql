-- Runs of workers that failed a short while ago, and of which KITH_ON_FAILURE was not told yet.
SELECT id, error
FROM kith.runs
WHERE conducted_by = 'workers' AND status = 'failed' AND told_at IS NULL AND finished_at > now() - interval '10 minutes'
ORDER BY finished_at;

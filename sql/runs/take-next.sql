-- Begins the run that has waited longest, unless one is running; of runs that were queued together, the one with the
-- earliest as-of.
UPDATE kith.runs
SET status = 'running', started_at = date_trunc('milliseconds', clock_timestamp())
WHERE id = (SELECT id FROM kith.runs WHERE status = 'queued' ORDER BY queued_at, as_of, id LIMIT 1)
  AND NOT EXISTS (SELECT FROM kith.runs WHERE status = 'running')
RETURNING id;

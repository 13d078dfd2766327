-- The run that is running.
SELECT id, queued_at IS NOT NULL AS is_queued FROM kith.runs WHERE status = 'running';

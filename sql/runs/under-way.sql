-- The run that is under way.
SELECT id, queued_at IS NOT NULL AS is_queued FROM kith.runs WHERE status = 'running';

-- The run that is under way.
SELECT id, conducted_by FROM kith.runs WHERE status = 'running';

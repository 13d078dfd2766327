-- The run whose ingest began first after a run ($1 id) was published: what the graph knows may have changed since. One that was
-- refused before it had a version of its input has changed nothing.
SELECT run_id AS id
FROM kith.run_steps
JOIN kith.runs ON id = run_id
WHERE step = 'ingest'
  AND attempts > 0
  AND run_steps.started_at > (SELECT finished_at FROM kith.runs WHERE id = $1)
  AND (input_version IS NOT NULL OR run_steps.status <> 'failed')
ORDER BY run_steps.started_at
LIMIT 1;

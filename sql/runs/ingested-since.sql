-- The run whose ingest began first after a run ($1 id) began to compute closest connections: what the graph knows may have changed
-- since, and activities that words had set aside there are activities again. One that was refused before it had a version
-- of its input has changed nothing.
SELECT run_id AS id
FROM kith.run_steps
JOIN kith.runs ON id = run_id
WHERE step = 'ingest'
  AND attempts > 0
  AND token > (SELECT token FROM kith.run_steps WHERE run_id = $1 AND step = 'closest')
  AND (input_version IS NOT NULL OR run_steps.status <> 'failed')
ORDER BY token
LIMIT 1;

-- The last rebuild of the graph, if no closest connections were computed in it since.
SELECT id, finished_at
FROM kith.run_steps AS rebuilt
JOIN kith.runs ON id = rebuilt.run_id
WHERE rebuilt.step = 'ingest' AND rebuilt.status = 'done' AND rebuilt.summary ? 'isRebuilt'
  AND rebuilt.token > coalesce((SELECT max(token) FROM kith.run_steps WHERE step = 'closest' AND status = 'done'), 0)
ORDER BY rebuilt.token DESC
LIMIT 1;

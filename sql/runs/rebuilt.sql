-- The last rebuild of the graph, if no closest connections were computed in it since.
SELECT run_id AS id
FROM kith.run_steps
WHERE step = 'ingest' AND status = 'done' AND summary ? 'isRebuilt'
  AND token > coalesce((SELECT max(token) FROM kith.run_steps WHERE step = 'closest' AND status = 'done'), 0)
ORDER BY token DESC
LIMIT 1;

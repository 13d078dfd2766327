-- The run whose ingest began first after a run ($1 id) was published: what the graph knows may have changed since.
SELECT run_id AS id
FROM kith.run_steps
WHERE step = 'ingest'
  AND token > (SELECT token FROM kith.run_steps WHERE run_id = $1 AND step = 'publish')
ORDER BY token
LIMIT 1;

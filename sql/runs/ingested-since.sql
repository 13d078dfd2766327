-- The first run whose ingest began after a run ($1 id) was published; the graph may have changed since.
SELECT run_id AS id
FROM kith.run_steps
WHERE step = 'ingest'
  AND token > (SELECT token FROM kith.run_steps WHERE run_id = $1 AND step = 'publish')
ORDER BY token
LIMIT 1;

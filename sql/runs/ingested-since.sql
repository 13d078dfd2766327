-- The run whose ingest began first after a run ($1 id) was published: what the graph knows may have changed since.
SELECT run_id AS id
FROM kith.run_steps
WHERE step = 'ingest' AND attempts > 0 AND started_at > (SELECT finished_at FROM kith.runs WHERE id = $1)
ORDER BY started_at
LIMIT 1;

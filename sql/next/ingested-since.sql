-- Whether another run has begun to ingest since a run ($1) computed its closest connections: flags and follows may have
-- changed.
SELECT EXISTS (
  SELECT
  FROM kith.run_steps
  WHERE step = 'ingest' AND token > (SELECT token FROM kith.run_steps WHERE run_id = $1 AND step = 'closest')
) AS "isChanged";

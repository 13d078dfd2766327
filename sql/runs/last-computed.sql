-- The run whose closest connections were computed last ($1 by which engine, null: by any), and whether its recommendations
-- were computed from them. Returns nothing if those were not finished, if another run has begun to compute its own since,
-- or the graph was rebuilt.
SELECT
  runs.id, as_of, input, settings, scores, steps, runs.status, runs.started_at, allowed,
  queued_at IS NOT NULL AS is_queued, engine,
  coalesce(recommend.status = 'done' AND recommend.token > closest.token, false) AS recommended
FROM (
  SELECT run_steps.*
  FROM kith.run_steps
  JOIN kith.runs ON id = run_id
  WHERE step = 'closest' AND ($1::text IS NULL OR engine = $1)
  ORDER BY token DESC
  LIMIT 1
) AS closest
JOIN kith.runs ON id = closest.run_id
LEFT JOIN kith.run_steps AS recommend ON recommend.run_id = id AND recommend.step = 'recommend'
WHERE closest.status = 'done'
  AND NOT EXISTS (
    SELECT FROM kith.run_steps AS rebuilt
    WHERE rebuilt.step = 'ingest' AND rebuilt.token > closest.token AND rebuilt.summary ? 'isRebuilt'
  );

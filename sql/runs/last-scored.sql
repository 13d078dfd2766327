-- What last set the scores in the graph, a run or a rebuild, which leaves none; whether it has set them all; and whether they are
-- those of a run ($1 id): its own, or equal ones.
SELECT last.run_id AS id, last.step = 'ingest' AS "isRebuilt", last.status = 'done' AS "isWhole",
  last.run_id = $1 OR coalesce(last.summary ->> 'scores' = own.summary ->> 'scores', false) AS "isOfRun"
FROM kith.run_steps AS last
JOIN kith.runs ON id = last.run_id
LEFT JOIN kith.run_steps AS own ON own.run_id = $1 AND own.step = 'reputation'
WHERE engine = 'neo4j'
  AND last.attempts > 0
  AND (last.step = 'reputation' OR last.step = 'ingest' AND last.summary ? 'isRebuilt')
ORDER BY last.token DESC
LIMIT 1;

-- The run whose closest connections lie in the graph: no other has begun to compute them since. Nothing, if they were not finished. Also
-- whether its recommendations were computed from them.
SELECT
  runs.id, as_of, input, settings, scores, steps, runs.status, runs.started_at, queued_at IS NOT NULL AS is_queued,
  coalesce(recommend.status = 'done' AND recommend.token > closest.token, false) AS recommended
FROM (SELECT * FROM kith.run_steps WHERE step = 'closest' ORDER BY token DESC LIMIT 1) AS closest
JOIN kith.runs ON id = closest.run_id
LEFT JOIN kith.run_steps AS recommend ON recommend.run_id = id AND recommend.step = 'recommend'
WHERE closest.status = 'done';

-- The last run that was begun, with its steps in the order of their starts.
SELECT status, finished_at, summary, (
    SELECT json_agg(json_build_object('name', step, 'from', started_at, 'to', finished_at) ORDER BY started_at, step)
    FROM kith.run_steps
    WHERE run_id = runs.id
  ) AS steps
FROM kith.runs AS runs
ORDER BY started_at DESC
LIMIT 1;

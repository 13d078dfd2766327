-- One run ($1 id).
SELECT id, as_of, input, settings, scores, steps, status, started_at, allowed, queued_at IS NOT NULL AS is_queued, engine
FROM kith.runs
WHERE id = $1;

-- One run ($1 id).
SELECT id, as_of, settings, started_at, status, summary
FROM kith.runs
WHERE id = $1;

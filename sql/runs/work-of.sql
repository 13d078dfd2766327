-- What a worker has to know of a run ($1 id).
SELECT id, as_of, input, settings, status, started_at, scores FROM kith.runs WHERE id = $1;

-- A run begins ($1 id, $2 as-of, $3 input, $4 settings, $5 start).
INSERT INTO kith.runs (id, as_of, input, settings, status, started_at)
VALUES ($1, $2, $3, $4, 'running', $5);

-- A run waits for its turn ($1 id, $2 as-of, $3 input, $4 settings, $5 now, $6 what scores come from). Nothing if a run of the same as-of and
-- input waits or works already, or was queued since $7, when it was due: the schedule may call twice for one morning.
INSERT INTO kith.runs (id, as_of, input, settings, status, conducted_by, started_at, queued_at, scores)
SELECT $1, $2, $3, $4, 'queued', 'workers', $5, $5, $6
WHERE NOT EXISTS (
  SELECT FROM kith.runs
  WHERE conducted_by = 'workers' AND as_of = $2 AND input = $3
    AND (status IN ('queued', 'running') OR queued_at >= $7::timestamptz)
)
RETURNING id;

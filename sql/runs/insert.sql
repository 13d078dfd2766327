-- Inserts a new run ($1 as-of, $2 input, $3 settings, $4 where its scores come from, $5 its steps, $8 what it is allowed to do, $9 its engine),
-- which begins now or waits in the queue ($6). All times are from Postgres' clock. Inserts nothing if a run with the same as-of and input
-- is queued or running in the queue, or if one was already queued for the due time $7, since the schedule may call
-- twice for one morning. Its id is the as-of date, the current time, and four digits to avoid clashes.
INSERT INTO kith.runs (id, as_of, input, settings, scores, steps, status, started_at, queued_at, due_at, allowed, engine)
SELECT
  format(
    '%s-%sZ-%s',
    to_char($1::timestamptz AT TIME ZONE 'UTC', 'YYYYMMDD'),
    to_char(instant AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISSMS'),
    left(md5(gen_random_uuid()::text), 4)
  ),
  $1, $2, $3, $4, $5::text[],
  CASE WHEN $6::boolean THEN 'queued' ELSE 'running' END,
  instant,
  CASE WHEN $6 THEN instant END,
  $7,
  $8::text[],
  $9
FROM date_trunc('milliseconds', clock_timestamp()) AS instant
WHERE NOT $6
  OR NOT EXISTS (
    SELECT FROM kith.runs
    WHERE as_of = $1 AND input = $2 AND (queued_at IS NOT NULL AND status IN ('queued', 'running') OR due_at = $7)
  )
RETURNING id, as_of, input, settings, scores, steps, status, started_at, allowed, queued_at IS NOT NULL AS is_queued, engine;

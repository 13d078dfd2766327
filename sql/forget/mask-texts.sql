-- Writes what runs ($1), or steps of them ($2), tell in words: errors ($3), outcomes of checks ($4), and what was left undone ($5).
WITH told AS (
  SELECT
    run, step, error,
    jsonb_strip_nulls(jsonb_build_object('checks', checks::jsonb, 'leftUndone', left_undone::jsonb)) AS summary
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS told (run, step, error, checks, left_undone)
),
steps AS (
  UPDATE kith.run_steps AS own
  SET error = told.error, summary = own.summary || told.summary
  FROM told
  WHERE own.run_id = told.run AND own.step = told.step
)
UPDATE kith.runs AS own
SET error = told.error, summary = own.summary || told.summary
FROM told
WHERE own.id = told.run AND told.step IS NULL;

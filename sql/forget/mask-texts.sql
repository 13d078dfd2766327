-- Masks what a pattern finds ($1, a user's id) in errors of runs and steps, and in outcomes of checks. All values of these are texts, so JSON stays
-- what it is.
WITH asked AS (SELECT $1::text AS pattern),
runs AS (
  UPDATE kith.runs
  SET
    error = regexp_replace(error, pattern, '***', 'g'),
    summary = summary || jsonb_strip_nulls(
      jsonb_build_object(
        'checks', regexp_replace((summary -> 'checks')::text, pattern, '***', 'g')::jsonb,
        'leftUndone', regexp_replace((summary -> 'leftUndone')::text, pattern, '***', 'g')::jsonb
      )
    )
  FROM asked
  WHERE concat(error, summary -> 'checks', summary -> 'leftUndone') ~ pattern
  RETURNING id
),
steps AS (
  UPDATE kith.run_steps
  SET
    error = regexp_replace(error, pattern, '***', 'g'),
    summary = summary || jsonb_strip_nulls(
      jsonb_build_object(
        'checks', regexp_replace((summary -> 'checks')::text, pattern, '***', 'g')::jsonb,
        'leftUndone', regexp_replace((summary -> 'leftUndone')::text, pattern, '***', 'g')::jsonb
      )
    )
  FROM asked
  WHERE concat(error, summary -> 'checks', summary -> 'leftUndone') ~ pattern
  RETURNING run_id
)
SELECT ((SELECT count(*) FROM runs) + (SELECT count(*) FROM steps))::float8 AS found;

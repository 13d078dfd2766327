-- How many errors of runs and steps, and outcomes of checks, have the number of a user ($1) in them.
WITH number AS (SELECT '(?<!\d)' || $1::text || '(?!\d)' AS pattern)
SELECT (
  (SELECT count(*) FROM kith.runs, number WHERE concat(error, summary -> 'checks', summary -> 'leftUndone') ~ pattern)
  + (SELECT count(*) FROM kith.run_steps, number WHERE concat(error, summary -> 'checks', summary -> 'leftUndone') ~ pattern)
)::float8 AS found;

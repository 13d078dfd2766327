-- How many errors of runs and steps, and outcomes of checks, have what a pattern finds ($1, a user's id) in them.
WITH asked AS (SELECT $1::text AS pattern)
SELECT (
  (SELECT count(*) FROM kith.runs, asked WHERE concat(error, summary -> 'checks', summary -> 'leftUndone') ~ pattern)
  + (SELECT count(*) FROM kith.run_steps, asked WHERE concat(error, summary -> 'checks', summary -> 'leftUndone') ~ pattern)
)::float8 AS found;

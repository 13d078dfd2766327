-- How long ago a run ($1 id) began, in milliseconds.
SELECT (extract(epoch FROM clock_timestamp() - started_at) * 1000)::float8 AS age FROM kith.runs WHERE id = $1;

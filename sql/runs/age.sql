-- How long ago a run began ($1 id), in milliseconds.
SELECT (extract(epoch FROM clock_timestamp() - started_at) * 1000)::float8 AS age FROM kith.runs WHERE id = $1;

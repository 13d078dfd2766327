-- How many next tables there are, of any run.
SELECT count(*)::float8 AS found FROM pg_class WHERE relnamespace = 'kith_next'::regnamespace AND relkind = 'r';

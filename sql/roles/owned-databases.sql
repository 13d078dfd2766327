-- The databases with what the role kith may own.
SELECT datname AS name FROM pg_database WHERE datallowconn AND datname <> 'template1' ORDER BY datname;

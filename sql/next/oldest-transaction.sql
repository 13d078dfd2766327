-- The transaction whose snapshot, as far as can be seen, keeps the next tables from being frozen.
SELECT pid, application_name AS application, usename AS user, xact_start::text AS since
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL
ORDER BY age(backend_xmin) DESC, xact_start
LIMIT 1;

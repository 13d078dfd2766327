-- The workers that are alive, each by the name of the connection that it holds: host and process.
SELECT DISTINCT substr(application_name, length('kith worker ') + 1) AS worker
FROM pg_stat_activity
WHERE datname = current_database() AND starts_with(application_name, 'kith worker ')
ORDER BY worker;

-- The newest activity of all folders that were ever loaded.
SELECT max(newest_activity) AS newest FROM kith.runs;

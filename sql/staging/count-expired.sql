-- Rows that are too old to be stored, see activity.sql.
SELECT count(*) FROM staged_activity WHERE type BETWEEN 1 AND 3 AND instant <= CAST($horizon AS DOUBLE)

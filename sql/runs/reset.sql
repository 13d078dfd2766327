-- Forgets every run, in the transaction that empties the published tables.
WITH progress AS (UPDATE kith.progress SET closest_run = NULL, recommended_run = NULL)
DELETE FROM kith.runs RETURNING id;

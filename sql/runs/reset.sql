-- Deletes all runs, in the transaction that empties the published tables.
DELETE FROM kith.runs RETURNING id;

-- Forgets every run, in the transaction that empties the published tables.
DELETE FROM kith.runs RETURNING id;

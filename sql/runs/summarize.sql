-- Stores a run's summary ($1 id, $2 summary).
UPDATE kith.runs SET summary = $2 WHERE id = $1;

-- Marks a run as published, in the transaction that shows its rows ($1 id, $2 summary so far, $3 to $5 rows by table).
UPDATE kith.runs
SET status = 'published', finished_at = clock_timestamp(), error = NULL, summary = $2,
  closest_rows = $3, recommendation_rows = $4, reason_rows = $5
WHERE id = $1;

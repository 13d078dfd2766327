-- Forgets lists that are older than $2 days as of $1, all if that is 0; and any of $1 but run $3's, which is in their place.
WITH gone AS (
  DELETE FROM kith.past_lists
  WHERE $2::integer = 0 OR as_of < $1::timestamptz - $2 * interval '24 hours' OR as_of = $1 AND run_id <> $3
  RETURNING id
)
DELETE FROM kith.past_recommendations USING gone WHERE list_id = gone.id;

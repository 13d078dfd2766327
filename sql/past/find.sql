-- The newest list that is at least $2 days older than $1.
SELECT id, as_of
FROM kith.past_lists
WHERE as_of <= $1::timestamptz - $2::integer * interval '24 hours'
ORDER BY as_of DESC, id DESC
LIMIT 1;

-- The newest list that is at least $2 days older than $1, and less than $3 seconds: before that not all activities are known.
SELECT id, as_of
FROM kith.past_lists
WHERE as_of <= $1::timestamptz - $2::integer * interval '24 hours' AND as_of > $1 - $3::float8 * interval '1 second'
ORDER BY as_of DESC, id DESC
LIMIT 1;

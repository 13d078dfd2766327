-- How many activities there are up to $until, inclusive.
SELECT count(*)
FROM moment
WHERE instant <= $until

-- Who is not to be recommended to anybody, by the latest that is known, whatever the as-of: of equal times to hide counts.
CREATE TEMPORARY VIEW hidden AS
SELECT user_id
FROM word
WHERE type IN (11, 12)
GROUP BY user_id
HAVING max(instant) FILTER (WHERE type = 11) >= coalesce(max(instant) FILTER (WHERE type = 12), -9223372036854775808L)

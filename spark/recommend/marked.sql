-- Who is not recommended to whom, with the mark of the filter: 9 blocked, 8 muted, 7 followed, 6 followed since, 5 engaged, 4
-- dismissed.
CREATE TEMPORARY VIEW marked AS
SELECT user_id, other_id, 9 AS mark FROM blocked
UNION ALL
SELECT user_id, other_id, 8 FROM muted
UNION ALL
SELECT user_id, other_id, 7 FROM followed
UNION ALL
SELECT user_id, other_id, 6 FROM followed_since
UNION ALL
SELECT user_id, other_id, 5 FROM engaged
UNION ALL
SELECT user_id, other_id, 4
FROM word
WHERE type = 9 AND instant > ${spark.kith.dismissedSince}L AND instant <= ${spark.kith.asOf}L

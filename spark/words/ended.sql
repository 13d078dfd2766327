-- Up to when follows have ended: the user has unfollowed the other then, or a whole list of the user's follows lacks them. As
-- set-aside-unfollowed.cypher and set-aside-not-still-followed.cypher in cypher/words.
CREATE TABLE ended USING parquet AS
WITH listed AS (
  SELECT user_id, other_id, instant FROM word WHERE type = 10 AND instant <= ${spark.kith.asOf}L
)
SELECT user_id, other_id, max(instant) AS until
FROM (
  SELECT user_id, other_id, instant FROM word WHERE type = 4 AND instant <= ${spark.kith.asOf}L
  UNION ALL
  SELECT user_id, other_id, instant
  FROM (SELECT user_id, engaged_id AS other_id FROM kept_activity WHERE type = 0)
  JOIN (SELECT DISTINCT user_id, instant FROM listed) AS list USING (user_id)
  LEFT ANTI JOIN listed USING (user_id, other_id, instant)
)
GROUP BY user_id, other_id

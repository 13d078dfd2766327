-- Whom everybody has followed after the as-of, up to an instant, without whom they have unfollowed again, or a whole list
-- of their follows lacks: as cypher/words/set-followed-since.cypher. Nobody, if that instant is the as-of.
CREATE TEMPORARY VIEW followed_since AS
WITH listed AS (
  SELECT user_id, other_id, instant FROM word WHERE type = 10 AND instant <= ${spark.kith.followsUntil}L
),
later AS (
  SELECT user_id, engaged_id AS other_id, instant
  FROM kept_activity
  WHERE type = 0 AND instant > ${spark.kith.asOf}L AND instant <= ${spark.kith.followsUntil}L
),
ended AS (
  SELECT user_id, other_id, instant FROM word WHERE type = 4 AND instant <= ${spark.kith.followsUntil}L
  UNION ALL
  SELECT user_id, other_id, list.instant
  FROM (SELECT DISTINCT user_id, other_id FROM later)
  JOIN (SELECT DISTINCT user_id, instant FROM listed) AS list USING (user_id)
  LEFT ANTI JOIN listed USING (user_id, other_id, instant)
)
SELECT DISTINCT later.user_id, later.other_id
FROM later
LEFT ANTI JOIN ended
  ON ended.user_id = later.user_id AND ended.other_id = later.other_id AND ended.instant >= later.instant

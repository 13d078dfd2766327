-- Whom everybody has followed after the as-of, up to an instant, without whom they have unfollowed again: as
-- cypher/words/set-followed-since.cypher. Nobody, if that instant is the as-of.
CREATE TEMPORARY VIEW followed_since AS
SELECT DISTINCT follow.user_id, follow.engaged_id AS other_id
FROM kept_activity AS follow
LEFT ANTI JOIN word AS unfollow
  ON unfollow.type = 4
  AND unfollow.user_id = follow.user_id
  AND unfollow.other_id = follow.engaged_id
  AND unfollow.instant >= follow.instant
  AND unfollow.instant <= ${spark.kith.followsUntil}L
WHERE follow.type = 0 AND follow.instant > ${spark.kith.asOf}L AND follow.instant <= ${spark.kith.followsUntil}L

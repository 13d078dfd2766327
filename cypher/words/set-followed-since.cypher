// Sets on everybody whom they have followed after $asOf, and at or before $until: `followedSince`, a list of user ids, without whom
// they have unfollowed again, or a whole list of their follows lacks.
MATCH (u:User)-[f:FOLLOWED]->(v:User)
WHERE f.at > $asOf
  AND f.at <= $until
  AND NOT EXISTS {
    MATCH (u)-[x:UNFOLLOWED]->(v)
    WHERE x.at <= $until AND x.at >= f.at
  }
  AND NOT EXISTS {
    MATCH (u)-[x:STILL_FOLLOWED]->()
    WHERE x.at <= $until
      AND x.at >= f.at
      AND NOT EXISTS {
        MATCH (u)-[s:STILL_FOLLOWED]->(v)
        WHERE s.at = x.at
      }
  }
WITH u, collect(DISTINCT v.userId) AS others
SET u.followedSince = others

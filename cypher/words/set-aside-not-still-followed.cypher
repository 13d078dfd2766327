// Sets follows aside that have ended as of $asOf, because a whole list of the user's follows, at the same time or later, lacks
// them.
MATCH (u:User)-[s:STILL_FOLLOWED]->()
WHERE s.at <= $asOf
WITH u, collect(DISTINCT s.at) AS lists
MATCH (u)-[r:FOLLOWED]->(v:User)
WHERE any(
  list IN lists
  WHERE list >= r.at
    AND NOT EXISTS {
      MATCH (u)-[s:STILL_FOLLOWED]->(v)
      WHERE s.at = list
    }
)
CREATE (u)-[a:SET_ASIDE {type: type(r), at: r.at}]->(v)
SET a.messageId = r.messageId
DELETE r

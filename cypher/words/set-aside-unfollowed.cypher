// Sets follows aside that have ended as of $asOf, because the user has unfollowed the other at the same time or later.
MATCH (u:User)-[x:UNFOLLOWED]->(v:User)
WHERE x.at <= $asOf
WITH u, v, max(x.at) AS ended
MATCH (u)-[r:FOLLOWED]->(v)
WHERE r.at <= ended
CREATE (u)-[a:SET_ASIDE {type: type(r), at: r.at}]->(v)
SET a.messageId = r.messageId
DELETE r

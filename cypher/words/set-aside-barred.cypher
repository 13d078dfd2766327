// Sets the activities aside that are no edge, because one of the two blocks the other, or the user mutes the other: they count
// for nothing until they are restored.
MATCH (u:User)
WHERE u.blocked IS NOT NULL OR u.muted IS NOT NULL
UNWIND coalesce(u.blocked, []) + coalesce(u.muted, []) AS id
WITH DISTINCT u, id
MATCH (v:User {userId: id})
MATCH (u)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]->(v)
CREATE (u)-[a:SET_ASIDE {type: type(r), at: r.at}]->(v)
SET a.messageId = r.messageId
DELETE r

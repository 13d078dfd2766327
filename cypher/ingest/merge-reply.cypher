// Replies that are not there yet; nothing else is touched.
// $users is [[userId, [[engaged userId, [[epoch seconds, messageId], …]], …]], …], where a user, a pair and
// an activity of a pair stand once each.
// A pair's activities are read once and compared as a set. MERGE would lock both users until the commit, so that sessions side by side
// roll each other back; CREATE does not, and two writers of the same rows are kept apart by the fence.
// The measured alternatives are in merge-like.cypher.
UNWIND $users AS row
MATCH (u:User {userId: row[0]})
UNWIND row[1] AS pair
MATCH (v:User {userId: pair[0]})
WITH
  u, v, pair[1] AS activities,
  COLLECT {
    MATCH (u)-[r:REPLIED_TO]->(v)
    RETURN [r.at, r.messageId]
  } AS known
UNWIND activities AS activity
WITH u, v, activity, known
WHERE NOT activity IN known
CREATE (u)-[:REPLIED_TO {at: activity[0], messageId: activity[1]}]->(v)

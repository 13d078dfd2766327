// Creates the likes that are not there yet; nothing else is touched.
// $users is [[userId, [[engaged userId, [[epoch seconds, messageId], …]], …]], …]: each user, pair and activity of a pair once.
// A pair's activities are read once and compared as a set. MERGE would lock both users until the commit, and sessions side by side would
// roll each other back. The fence keeps two writers of the same rows apart. Measured alternatives: docs/ideas-tried.md#merging-activities.
UNWIND $users AS row
MATCH (u:User {userId: row[0]})
UNWIND row[1] AS pair
MATCH (v:User {userId: pair[0]})
WITH
  u, v, pair[1] AS activities,
  COLLECT {
    MATCH (u)-[r:LIKED]->(v)
    RETURN [r.at, r.messageId]
  } AS known
UNWIND activities AS activity
WITH u, v, activity, known
WHERE NOT activity IN known
CREATE (u)-[:LIKED {at: activity[0], messageId: activity[1]}]->(v)

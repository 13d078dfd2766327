// Likes that are not there yet; nothing else is touched.
// $users is [[userId, [[engaged userId, [[epoch seconds, messageId], …]], …]], …], where a user, a pair and
// an activity of a pair stand once each.
// A pair's activities are read once and compared as a set. MERGE would lock both users until the commit, so that sessions side by side
// roll each other back; CREATE does not, and two writers of the same rows are kept apart by the fence.
// Measured on a busy machine, in microseconds of Neo4j's processor time a row (new / there already), a million activities in the graph:
//   rows one by one by MERGE 82–86 / 26–32, two sessions 259 with 5 transactions repeated in 55,000 rows, and 308 (this 36) where a user has 5,000 likes
//   of another one; by CREATE WHERE NOT EXISTS {…} 100 / 30 with two sessions; a user's whole list read at once 32–40 if all is there,
//   but for new rows it grows with what the graph holds; this 71 / 40–48, two sessions 74 with none repeated; CREATE without looking 50–67.
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

// Sets on everybody whom they block, or who blocks them, as of $asOf: `blocked`, a list of user ids. A block is in force from its
// time on until its end, if it has one (exclusive), or until a later unblocking.
MATCH (u:User)-[b:BLOCKED]->(v:User)
WHERE b.at <= $asOf
  AND coalesce(b.until > $asOf, true)
  AND NOT EXISTS {
    MATCH (u)-[x:UNBLOCKED]->(v)
    WHERE x.at <= $asOf AND x.at > b.at
  }
UNWIND [[u, v.userId], [v, u.userId]] AS pair
WITH pair[0] AS user, collect(DISTINCT pair[1]) AS others
SET user.blocked = others

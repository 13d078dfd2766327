// As merge-like.cypher, for mentions.
UNWIND $users AS row
MATCH (u:User {userId: row[0]})
UNWIND row[1] AS pair
MATCH (v:User {userId: pair[0]})
WITH
  u, v, pair[1] AS activities,
  COLLECT {
    MATCH (u)-[r:MENTIONED]->(v)
    RETURN [r.at, r.messageId]
  } AS known
UNWIND activities AS activity
WITH u, v, activity, known
WHERE NOT activity IN known
CREATE (u)-[:MENTIONED {at: activity[0], messageId: activity[1]}]->(v)

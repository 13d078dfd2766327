// As merge-like.cypher, for follows, which have no message: an activity is [epoch seconds].
UNWIND $users AS row
MATCH (u:User {userId: row[0]})
UNWIND row[1] AS pair
MATCH (v:User {userId: pair[0]})
WITH
  u, v, pair[1] AS activities,
  COLLECT {
    MATCH (u)-[r:FOLLOWED]->(v)
    RETURN [r.at]
  } AS known
UNWIND activities AS activity
WITH u, v, activity, known
WHERE NOT activity IN known
CREATE (u)-[:FOLLOWED {at: activity[0]}]->(v)

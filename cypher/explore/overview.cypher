// How large the graph is: users, and relationships of each type, which Neo4j knows without counting.
CALL () {
  MATCH (u:User)
  WITH count(u) AS number
  RETURN 'users' AS what, number
  UNION ALL
  MATCH (u:User)
  WHERE u.suspended
  WITH count(u) AS number
  RETURN 'users, suspended' AS what, number
  UNION ALL
  MATCH (u:User)
  WHERE u.reputation IS NOT NULL
  WITH count(u) AS number
  RETURN 'users with a reputation' AS what, number
  UNION ALL
  MATCH ()-[r:FOLLOWED]->()
  WITH count(r) AS number
  RETURN 'FOLLOWED' AS what, number
  UNION ALL
  MATCH ()-[r:REPLIED_TO]->()
  WITH count(r) AS number
  RETURN 'REPLIED_TO' AS what, number
  UNION ALL
  MATCH ()-[r:LIKED]->()
  WITH count(r) AS number
  RETURN 'LIKED' AS what, number
  UNION ALL
  MATCH ()-[r:MENTIONED]->()
  WITH count(r) AS number
  RETURN 'MENTIONED' AS what, number
  UNION ALL
  MATCH ()-[r:CLOSEST_TO]->()
  WITH count(r) AS number
  RETURN 'CLOSEST_TO' AS what, number
}
RETURN what, number
LIMIT 20

// A user, with the closest connections by rank as lists.
MATCH (u:User {userId: $userId})
OPTIONAL MATCH (u)-[c:CLOSEST_TO]->(v:User)
WITH u, v, c
ORDER BY c.rank
RETURN
  u.suspended AS suspended,
  u.reputation AS reputation,
  collect(v.userId) AS closest,
  collect(c.weight) AS weights

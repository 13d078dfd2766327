// Whom a user is closest to, as a graph; the table view has rank and weight.
// :param userId => 1827;
// :param windowDays => 90;
MATCH path = (u:User {userId: $userId})-[c:CLOSEST_TO]->(v:User)
RETURN
  path,
  c.rank AS rank,
  v.userId AS closest,
  c.weight / ($windowDays * 86400 * 1000.0) AS weight
ORDER BY rank
LIMIT 50

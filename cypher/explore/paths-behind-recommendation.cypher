// Why one user is recommended to another: every two-step path between them. The weights of the second steps add up to the score.
// :param userId => 1827;
// :param recId => 957;
// :param windowDays => 90;
MATCH path = (u:User {userId: $userId})-[:CLOSEST_TO]->(v:User)-[c:CLOSEST_TO]->(w:User {userId: $recId})
RETURN
  path,
  v.userId AS becauseOf,
  c.weight / ($windowDays * 86400 * 1000.0) AS weight
ORDER BY weight DESC, becauseOf
LIMIT 50

// Who has a user among their closest connections, starting with those who rank the user highest.
// :param userId => 1827;
// :param windowDays => 90;
MATCH path = (v:User {userId: $userId})<-[c:CLOSEST_TO]-(u:User)
RETURN
  path,
  u.userId AS admirer,
  c.rank AS rank,
  c.weight / ($windowDays * 86400 * 1000.0) AS weight
ORDER BY rank, weight DESC, admirer
LIMIT 50

// What one user did towards another inside the window: the activities that add up to a connection's weight, newest first.
// :param userId => 1827;
// :param closestId => 1753;
// :param asOf => datetime('2024-06-01T00:00:00Z').epochSeconds;
// :param windowDays => 90;
MATCH path = (u:User {userId: $userId})-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]->(v:User {userId: $closestId})
WHERE r.at > $asOf - $windowDays * 86400 AND r.at <= $asOf
RETURN
  path,
  type(r) AS activity,
  datetime({epochSeconds: r.at}) AS at,
  r.messageId AS message
ORDER BY at DESC
LIMIT 200

// What a user did recently: the number of activities per day and type, and how many users they were directed at.
// :param userId => 1827;
// :param asOf => datetime('2024-06-01T00:00:00Z').epochSeconds;
// :param days => 30;
MATCH (u:User {userId: $userId})-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]->(v:User)
WHERE r.at > $asOf - $days * 86400 AND r.at <= $asOf
RETURN
  date(datetime({epochSeconds: r.at})) AS day,
  type(r) AS activity,
  count(*) AS times,
  count(DISTINCT v) AS users
ORDER BY day DESC, activity
LIMIT 200

// The circle of a user: everybody who has them among their ties, and how each votes for recId (ranking circles): 2 if
// they engaged with them recently, 1 if before, nothing if not. A voice is smaller the more ties somebody has; the
// user's own counts three times.
// :param userId => 1827;
// :param recId => 957;
// :param asOf => datetime('2024-06-01T00:00:00Z').epochSeconds;
// :param windowDays => 90;
MATCH (v:User {userId: $userId})
CALL (v) {
  MATCH (v)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]-(x:User)
  WHERE r.at > $asOf - $windowDays * 86400 AND r.at <= $asOf
  WITH DISTINCT v, x
  WHERE v.userId IN x.ties
  RETURN x, 1 AS times
  UNION
  WITH v
  RETURN v AS x, 3 AS times
}
WITH x, times, [i IN range(0, size(coalesce(x.closest, [])) - 1) WHERE x.closest[i] = $recId | x.closestVotes[i]][0] AS vote
RETURN
  x.userId AS member,
  size(x.ties) AS ties,
  CASE WHEN x.ties IS NULL THEN 0 ELSE times * round(10000 / sqrt(size(x.ties))) / 10000 END AS voice,
  vote
ORDER BY vote IS NULL, vote DESC, voice DESC, member
LIMIT 200

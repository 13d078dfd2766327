// Why one user is recommended to another by circles: what the people around each tie add to the score, and how often
// recId engaged with the user in the window. What popularity adds, and the exact sum, `kith show --why` tells.
// :param userId => 1827;
// :param recId => 957;
// :param asOf => datetime('2024-06-01T00:00:00Z').epochSeconds;
// :param windowDays => 90;
MATCH (u:User {userId: $userId})
CALL (u) {
  UNWIND range(0, size(coalesce(u.ties, [])[..10]) - 1) AS i
  MATCH (v:User {userId: u.ties[i]})
  UNWIND range(0, size(coalesce(v.alike, [])) - 1) AS j
  WITH u, v, i, j
  WHERE v.alike[j] = $recId
  RETURN
    'circle' AS source,
    v.userId AS becauseOf,
    i + 1 AS tie,
    v.alikeShares[j] / 1e7 AS shareAroundThem,
    v.alikeShares[j] / size(u.ties[..10]) / 1e7 AS weight,
    null AS activities
  UNION ALL
  MATCH (u)<-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]-(w:User {userId: $recId})
  WHERE r.at > $asOf - $windowDays * 86400 AND r.at <= $asOf
  RETURN
    'engages-with-you' AS source,
    w.userId AS becauseOf,
    null AS tie,
    null AS shareAroundThem,
    null AS weight,
    count(r) AS activities
}
RETURN source, becauseOf, tie, shareAroundThem, weight, activities
ORDER BY weight IS NULL, weight DESC, becauseOf
LIMIT 50

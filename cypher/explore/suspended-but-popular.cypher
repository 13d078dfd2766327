// Suspended users whom many still engage with: what suspensions remove from the ranking. Reads every user once.
// :param asOf => datetime('2024-06-01T00:00:00Z').epochSeconds;
// :param windowDays => 90;
MATCH (v:User)
WHERE v.suspended
CALL (v) {
  MATCH (v)<-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]-(u:User)
  WHERE r.at > $asOf - $windowDays * 86400 AND r.at <= $asOf
  RETURN count(DISTINCT u) AS users, count(r) AS activities, max(r.at) AS latest
}
WITH v, users, activities, latest
WHERE users > 0
RETURN
  v.userId AS suspended,
  users,
  activities,
  datetime({epochSeconds: latest}) AS latest
ORDER BY users DESC, suspended
LIMIT 50

// Activities in the window that don't count because one of the two is suspended. WITH makes the planner start from the suspended
// users instead of from all activities: docs/ideas-tried.md#activities-of-suspended-users.
MATCH (suspended:User)
WHERE suspended.suspended
WITH suspended
CALL (suspended) {
  MATCH (suspended)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]->()
  WHERE r.at > $asOf - $window AND r.at <= $asOf
  RETURN count(r) AS fromSuspended
}
CALL (suspended) {
  MATCH (suspended)<-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]-(u)
  WHERE NOT u.suspended AND r.at > $asOf - $window AND r.at <= $asOf
  RETURN count(r) AS toSuspended
}
RETURN coalesce(sum(fromSuspended + toSuspended), 0) AS suspended

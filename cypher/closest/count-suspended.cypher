// Activities in the window that don't count because one of the two is suspended.
CALL () {
  MATCH (u:User)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]->()
  WHERE u.suspended AND r.at > $asOf - $window AND r.at <= $asOf
  RETURN count(r) AS fromSuspended
}
CALL () {
  MATCH (v:User)<-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]-(u)
  WHERE v.suspended AND NOT u.suspended AND r.at > $asOf - $window AND r.at <= $asOf
  RETURN count(r) AS toSuspended
}
RETURN fromSuspended + toSuspended AS suspended

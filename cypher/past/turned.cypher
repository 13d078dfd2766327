// To whom the users with $first <= userId < $end have turned since $listed for the first time, up to $asOf, a user a row:
// others with when that was, as two parallel lists. Somebody is new whom the user has not engaged with before in the
// window and never followed before; what is older than the window of $asOf and no follow may have expired.
//   earliest  when the user first did anything that counts here: somebody new to a list can only be found by users
//             who were there before it
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end AND NOT u.suspended
CALL (u) {
  MATCH (u)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]->(v)
  WHERE r.at <= $asOf AND (r.at > $asOf - $window OR r:FOLLOWED)
  WITH v, min(r.at) AS since
  WHERE NOT v.suspended
  WITH collect(CASE WHEN since > $listed THEN [v.userId, since] END) AS turned, min(since) AS earliest
  RETURN turned, earliest
}
WITH u, turned, earliest
WHERE size(turned) > 0
RETURN u.userId AS userId, [each IN turned | each[0]] AS others, [each IN turned | each[1]] AS sinces, earliest

// To whom the users with $first <= userId < $end have turned since $listed for the first time, up to $asOf, a user a row:
// others with when that was, as two parallel lists. Somebody is new whom the user has not engaged with before in the
// window and never followed before; what is older than the window of $asOf and no follow may have expired.
//   earliest  when the user first did anything that counts here: somebody new to a list can only be found by users
//             who were there before it
MATCH (u:User)
WHERE
  u.userId >= $first
  AND u.userId < $end
  AND NOT u.suspended
  AND EXISTS {
    MATCH (u)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]->()
    WHERE r.at > $listed AND r.at <= $asOf
  }
CALL (u) {
  MATCH (u)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]->(v)
  WHERE r.at <= $asOf AND (r.at > $asOf - $window OR r:FOLLOWED) AND NOT v.suspended
  WITH v, min(r.at) AS since
  WITH collect(v.userId) AS others, collect(since) AS sinces, min(since) AS earliest
  RETURN others, sinces, earliest
}
WITH u, others, sinces, earliest, [i IN range(0, size(others) - 1) WHERE sinces[i] > $listed] AS new
WHERE size(new) > 0
RETURN u.userId AS userId, [i IN new | others[i]] AS others, [i IN new | sinces[i]] AS sinces, earliest

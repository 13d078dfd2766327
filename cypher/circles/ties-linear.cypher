// The first step of circles for the users with $first <= userId < $end as of $asOf, with linear decay: what each has
// to do with others, in both directions, from the activities in the window. These lists and numbers are set on every
// user of the range, and those of an earlier run replaced; whoever has none of something lacks the property.
//   closest, closestWeights   as compute-linear.cypher makes them, bit for bit
//   closestVotes              parallel to closest: 2 if the user has engaged with them recently (H > 0), else 1
//   ties                      user ids, at most 20: the largest S(u, v) + S(v, u), equal ones by lower id,
//     without whom the user mutes (`muted`, a list that cypher/words has set)
//   engages                   the number of people with whom the user engages (S > 0)
//   received, receivedLately  the sums of S(v, u) and H(v, u) over everybody v
// S is the weight of an edge in units; H is the same over the last eighth of the window: base × max(0, $window / 8 −
// age), in thousandths of seconds.
// $follow, $reply, $like, $mention: base weights in thousandths; $window: seconds.
// It returns the rows of closest_connections, as compute-linear.cypher does: a row for each user who has one, in any
// order.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end
CALL (u) {
  MATCH (u)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]-(v)
  WHERE r.at > $asOf - $window AND r.at <= $asOf AND NOT u.suspended AND NOT v.suspended
  WITH
    v,
    startNode(r) = u AS isOut,
    $asOf - r.at AS age,
    CASE type(r)
      WHEN 'FOLLOWED' THEN $follow
      WHEN 'REPLIED_TO' THEN $reply
      WHEN 'LIKED' THEN $like
      ELSE $mention
    END AS base
  WITH
    v,
    isOut,
    sum(base * ($window - age)) AS s,
    sum(CASE WHEN age < $window / 8 THEN base * ($window / 8 - age) ELSE 0 END) AS h
  WHERE s > 0
  WITH v.userId AS id, isOut, s, h
  RETURN collect([id, isOut, s, h]) AS edges
}
CALL (edges) {
  UNWIND edges AS edge
  WITH edge[0] AS id, edge[2] AS s, edge[3] AS h
  WHERE edge[1]
  ORDER BY s DESC, id
  LIMIT 50
  RETURN collect(id) AS closest, collect(s) AS weights, collect(CASE WHEN h > 0 THEN 2 ELSE 1 END) AS votes
}
CALL (u, edges) {
  UNWIND edges AS edge
  WITH u, edge
  WHERE u.muted IS NULL OR NOT edge[0] IN u.muted
  WITH edge[0] AS id, sum(edge[2]) AS tie
  ORDER BY tie DESC, id
  LIMIT 20
  RETURN collect(id) AS ties
}
CALL (edges) {
  UNWIND edges AS edge
  WITH edge
  WHERE NOT edge[1]
  RETURN sum(edge[2]) AS received, sum(edge[3]) AS receivedLately
}
SET
  u.closest = CASE WHEN size(closest) > 0 THEN closest END,
  u.closestWeights = CASE WHEN size(closest) > 0 THEN weights END,
  u.closestVotes = CASE WHEN size(closest) > 0 THEN votes END,
  u.ties = CASE WHEN size(ties) > 0 THEN ties END,
  u.engages = CASE WHEN size(closest) > 0 THEN size([edge IN edges WHERE edge[1]]) END,
  u.received = CASE WHEN received > 0 THEN received END,
  u.receivedLately = CASE WHEN receivedLately > 0 THEN receivedLately END
WITH u, closest, weights
WHERE size(closest) > 0
RETURN u.userId AS userId, closest, weights

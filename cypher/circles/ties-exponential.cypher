// As ties-linear.cypher, with exponential decay of S, as in compute-exponential.cypher: base × 2^(−age / $halfLife),
// each edge's sum rounded to units of 1e-9. H stays linear, and an edge whose S is 0 is none.
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
  WITH v, isOut, age, base, base / 1000.0 * 2.0 ^ (toFloat(-age) / $halfLife) * 1e6 AS millionths
  WITH
    v,
    isOut,
    sum(toInteger(floor(millionths))) AS coarse,
    sum(toInteger(round((millionths - floor(millionths)) * 1e11))) AS fine,
    sum(CASE WHEN age < $window / 8 THEN base * ($window / 8 - age) ELSE 0 END) AS h
  WITH v, isOut, coarse * 1000 + (fine + 50000000) / 100000000 AS s, h
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

// As compute-linear.cypher, with exponential decay: base × 2^(−age / $halfLife), each edge's sum rounded to units of 1e-9.
// Each activity's weight is first cut into whole parts of 1e-6 and of 1e-17: whole numbers add up to the same in any order.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end
CALL (u) {
  MATCH (u)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]->(v)
  WHERE r.at > $asOf - $window AND r.at <= $asOf AND NOT u.suspended AND NOT v.suspended
  WITH
    v,
    CASE type(r)
      WHEN 'FOLLOWED' THEN $follow
      WHEN 'REPLIED_TO' THEN $reply
      WHEN 'LIKED' THEN $like
      ELSE $mention
    END
    / 1000.0 * 2.0 ^ (toFloat(r.at - $asOf) / $halfLife) * 1e6 AS millionths
  WITH v, sum(toInteger(floor(millionths))) AS coarse, sum(toInteger(round((millionths - floor(millionths)) * 1e11))) AS fine
  WITH v, coarse * 1000 + (fine + 50000000) / 100000000 AS weight
  WHERE weight > 0
  WITH v.userId AS id, weight
  ORDER BY weight DESC, id
  LIMIT 50
  RETURN collect(id) AS closest, collect(weight) AS weights
}
SET
  u.closest = CASE WHEN size(closest) > 0 THEN closest END,
  u.closestWeights = CASE WHEN size(closest) > 0 THEN weights END
WITH u, closest, weights
WHERE size(closest) > 0
RETURN u.userId AS userId, closest, weights

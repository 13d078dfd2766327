// The 50 closest connections of the users with $first <= userId < $end as of $asOf; a row for each user who has one.
// Exponential decay: base × 2^(−age / $halfLife), each edge's sum rounded to 9 decimals: weight is in units of 1e-9. Every activity's
// weight is cut into whole parts of 1e-6 and of 1e-17 first: whole numbers sum to the same in any order, doubles don't.
// $follow, $reply, $like, $mention: base weights in thousandths; $window: seconds.
// Two lists on each user: closest (user ids, the closest first) and closestWeights. A user without connections has neither.
// A list is one property: writing 3.8 million connections as relationships takes minutes, as lists some seconds, and the second degree
// reads a user's connections at once (recommend.cypher). CLOSEST_TO, for exploring, follows after the publish (draw.cypher).
// Measured on 1 million activities of 25,000 users, seconds of the server's processors: read only 1.6–2.0; this 1.7; the same as
// relationships {rank, weight}, compared and written where they differ, about 10 times that on the first day; one aggregation for the whole
// range and one sort, without a subquery for each user, 2.5.
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

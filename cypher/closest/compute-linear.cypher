// The 50 closest connections of the users with $first <= userId < $end as of $asOf; a row for each user who has one.
// Linear decay: base × (window − age), summed as whole thousandths of seconds, so that no order of additions can change a rank.
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
    sum(
      CASE type(r)
      WHEN 'FOLLOWED' THEN $follow
      WHEN 'REPLIED_TO' THEN $reply
      WHEN 'LIKED' THEN $like
      ELSE $mention
    END
      * ($window - ($asOf - r.at))
    ) AS weight
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

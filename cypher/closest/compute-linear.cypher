// The 50 closest connections of the users with $first <= userId < $end as of $asOf; a row for each user who has one.
// Linear decay: base × (window − age), summed as whole thousandths of seconds, so that the order of additions can't change a rank.
// $follow, $reply, $like, $mention: base weights in thousandths; $window: seconds.
// They are kept as two lists on each user, closest (user ids, the closest first) and closestWeights: a list is one property to write
// and one to read. A user without connections has neither. Measured alternatives: docs/ideas-tried.md#closest-connections.
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

// With whom user $userId has engaged in the window (S(user, w) > 0): whom KITH_RECOMMEND_ENGAGED=no leaves out, see
// recommend.cypher.
MATCH (u:User {userId: $userId})
CALL (u) {
  MATCH (u)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]->(w)
  WHERE r.at > $asOf - $window AND r.at <= $asOf AND NOT w.suspended
  WITH
    w,
    $asOf - r.at AS age,
    CASE type(r)
      WHEN 'FOLLOWED' THEN $follow
      WHEN 'REPLIED_TO' THEN $reply
      WHEN 'LIKED' THEN $like
      ELSE $mention
    END AS base
  WITH
    w,
    base,
    CASE WHEN $halfLife IS NOT NULL THEN base / 1000.0 * 2.0 ^ (toFloat(-age) / $halfLife) * 1e6 END AS millionths
  WITH
    w,
    CASE
      WHEN $halfLife IS NULL THEN sum(base)
      ELSE
        sum(toInteger(floor(millionths))) * 1000
        + (sum(toInteger(round((millionths - floor(millionths)) * 1e11))) + 50000000) / 100000000
    END AS s
  WHERE s > 0
  RETURN collect(w.userId) AS engaged
}
RETURN engaged

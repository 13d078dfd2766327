// How much everybody with $first <= userId < $end is engaged with, as ties-linear.cypher and ties-exponential.cypher set it beside the
// ties: received and receivedLately, the sums of S and H over everybody. For popular.cypher, where ties are made for some users only.
// $follow, $reply, $like, $mention: base weights in thousandths; $window: seconds; $halfLife: seconds, null if the decay is linear.
MATCH (w:User)
WHERE w.userId >= $first AND w.userId < $end
CALL (w) {
  MATCH (w)<-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]-(u)
  WHERE r.at > $asOf - $window AND r.at <= $asOf AND NOT w.suspended AND NOT u.suspended
  WITH
    u,
    $asOf - r.at AS age,
    CASE type(r)
      WHEN 'FOLLOWED' THEN $follow
      WHEN 'REPLIED_TO' THEN $reply
      WHEN 'LIKED' THEN $like
      ELSE $mention
    END AS base
  WITH
    u,
    base,
    age,
    CASE WHEN $halfLife IS NOT NULL THEN base / 1000.0 * 2.0 ^ (toFloat(-age) / $halfLife) * 1e6 END AS millionths
  WITH
    u,
    CASE
      WHEN $halfLife IS NULL THEN sum(base * ($window - age))
      ELSE
        sum(toInteger(floor(millionths))) * 1000
        + (sum(toInteger(round((millionths - floor(millionths)) * 1e11))) + 50000000) / 100000000
    END AS s,
    sum(CASE WHEN age < $window / 8 THEN base * ($window / 8 - age) ELSE 0 END) AS h
  WHERE s > 0
  RETURN sum(s) AS received, sum(h) AS receivedLately
}
SET
  w.received = CASE WHEN received > 0 THEN received END,
  w.receivedLately = CASE WHEN receivedLately > 0 THEN receivedLately END
RETURN count(*) AS users

// The 50 closest connections of the users with $first <= userId < $end as of $asOf, written where they changed.
// Exponential decay: base × 2^(−age / $halfLife), each edge's sum rounded to 9 decimals: weight is in units of 1e-9. Every activity's
// weight is cut into whole parts of 1e-6 and of 1e-17 first: whole numbers sum to the same in any order, doubles don't.
// $follow, $reply, $like, $mention: base weights in thousandths; $window: seconds.
// A user without connections so far gets them by CREATE, the others by MERGE; edges that fell out of the 50 are deleted, and
// only ranks and weights that differ are set.
// Measured on 910,518 activities of 322,792 users, two sessions (first day / the same again / one day later):
//   this 14 s / 7 s / 16 s; MERGE for all 28 s / 4 s / 11 s; old and new lists compared in Cypher 17 s / 9 s / 19 s;
//   read by one statement and written by another over Bolt 19 s on the first day.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end
CALL (u) {
  MATCH (u)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]->(v)
  WHERE r.at > $asOf - $window AND r.at <= $asOf AND NOT u.suspended AND NOT v.suspended
  WITH
    u, v,
    CASE type(r)
      WHEN 'FOLLOWED' THEN $follow
      WHEN 'REPLIED_TO' THEN $reply
      WHEN 'LIKED' THEN $like
      ELSE $mention
    END
    / 1000.0 * 2.0 ^ (toFloat(r.at - $asOf) / $halfLife) * 1e6 AS millionths
  WITH u, v, sum(toInteger(floor(millionths))) AS coarse, sum(toInteger(round((millionths - floor(millionths)) * 1e11))) AS fine
  WITH u, v, coarse * 1000 + (fine + 50000000) / 100000000 AS weight
  WHERE weight > 0
  ORDER BY weight DESC, v.userId
  LIMIT 50
  RETURN collect(v) AS closest, collect(weight) AS weights
}
WITH u, closest, weights, EXISTS { (u)-[:CLOSEST_TO]->() } AS known
CALL (u, closest, known) {
  WITH *
  WHERE known
  MATCH (u)-[c:CLOSEST_TO]->(v)
  WHERE NOT v IN closest
  DELETE c
}
CALL (u, closest, weights, known) {
  WITH *
  WHERE NOT known
  UNWIND range(0, size(closest) - 1) AS i
  WITH u, closest[i] AS v, i + 1 AS rank, weights[i] AS weight
  CREATE (u)-[:CLOSEST_TO {rank: rank, weight: weight}]->(v)
}
CALL (u, closest, weights, known) {
  WITH *
  WHERE known
  UNWIND range(0, size(closest) - 1) AS i
  WITH u, closest[i] AS v, i + 1 AS rank, weights[i] AS weight
  MERGE (u)-[c:CLOSEST_TO]->(v)
  WITH c, rank, weight
  WHERE c.rank IS NULL OR c.rank <> rank OR c.weight <> weight
  SET c.rank = rank, c.weight = weight
}

// What relates a user and a candidate: no row if the graph lacks one of them. `reasons` are the user's closest
// connections that are close to the candidate, the heaviest first, each with the weight and rank of its two steps.
MATCH (u:User {userId: $userId})
MATCH (w:User {userId: $recId})
CALL (u, w) {
  MATCH (u)-[f:FOLLOWED]->(w)
  WHERE f.at <= $asOf
  RETURN min(f.at) AS followedAt
}
CALL (u, w) {
  UNWIND range(0, size(coalesce(u.closest, [])) - 1) AS i
  MATCH (v:User {userId: u.closest[i]})
  UNWIND range(0, size(coalesce(v.closest, [])) - 1) AS j
  WITH u, v, i, j
  WHERE v.closest[j] = w.userId
  WITH u, v, i, j, v.closestWeights[j] AS weight
  ORDER BY weight DESC, v.userId
  RETURN
    collect(v.userId) AS reasons,
    collect(i + 1) AS firstRanks,
    collect(u.closestWeights[i]) AS firstWeights,
    collect(j + 1) AS secondRanks,
    collect(weight) AS secondWeights
}
RETURN
  u.suspended AS userSuspended,
  w.suspended AS recSuspended,
  w.reputation AS reputation,
  followedAt,
  reasons,
  firstRanks,
  firstWeights,
  secondRanks,
  secondWeights

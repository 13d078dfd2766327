// What stands between a user and a candidate: no row if the graph lacks one of them. `reasons` are the user's closest
// connections that are close to the candidate, the heaviest first, each with the weight and rank of its two steps.
MATCH (u:User {userId: $userId})
MATCH (w:User {userId: $recId})
CALL (u, w) {
  MATCH (u)-[f:FOLLOWED]->(w)
  WHERE f.at <= $asOf
  RETURN min(f.at) AS followedAt
}
CALL (u, w) {
  MATCH (u)-[a:CLOSEST_TO]->(v:User)-[b:CLOSEST_TO]->(w)
  WITH v, a, b
  ORDER BY b.weight DESC, v.userId
  RETURN
    collect(v.userId) AS reasons,
    collect(a.rank) AS firstRanks,
    collect(a.weight) AS firstWeights,
    collect(b.rank) AS secondRanks,
    collect(b.weight) AS secondWeights
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

// A user, with the closest connections by rank as lists.
MATCH (u:User {userId: $userId})
RETURN
  u.suspended AS suspended,
  u.reputation AS reputation,
  coalesce(u.closest, []) AS closest,
  coalesce(u.closestWeights, []) AS weights

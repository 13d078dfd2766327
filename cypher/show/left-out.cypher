// Whom user $userId is not recommended although they have the highest scores: of all whom the user's closest connections
// are close to, the $most with the highest sums of weights who are not among $recommended. Who comes only after these is
// as well one of them as whom a filter drops; `kith show --why` tells which.
MATCH (u:User {userId: $userId})
UNWIND u.closest AS near
MATCH (v:User {userId: near})
UNWIND range(0, size(coalesce(v.closest, [])) - 1) AS i
WITH u, v.closest[i] AS id, sum(v.closestWeights[i]) AS score
WHERE id <> u.userId AND NOT id IN $recommended
ORDER BY score DESC, id
LIMIT $most
RETURN collect(id) AS leftOut

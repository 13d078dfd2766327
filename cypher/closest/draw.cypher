// CLOSEST_TO {rank, weight} of the users with $first <= userId < $end, as their lists say. It is for exploring: nothing is computed from it.
// A user without connections so far gets them by CREATE, the others by MERGE; what is no longer in the list is deleted, and only ranks
// and weights that differ are set. Measured alternatives: docs/ideas-tried.md#drawing-closest_to.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end
WITH
  u,
  coalesce(u.closest, []) AS closest,
  coalesce(u.closestWeights, []) AS weights,
  EXISTS { (u)-[:CLOSEST_TO]->() } AS known
CALL (u, closest, known) {
  WITH *
  WHERE known
  MATCH (u)-[c:CLOSEST_TO]->(v)
  WHERE NOT v.userId IN closest
  DELETE c
}
CALL (u, closest, weights, known) {
  WITH *
  WHERE NOT known
  UNWIND range(0, size(closest) - 1) AS i
  MATCH (v:User {userId: closest[i]})
  CREATE (u)-[:CLOSEST_TO {rank: i + 1, weight: weights[i]}]->(v)
}
CALL (u, closest, weights, known) {
  WITH *
  WHERE known
  UNWIND range(0, size(closest) - 1) AS i
  MATCH (v:User {userId: closest[i]})
  MERGE (u)-[c:CLOSEST_TO]->(v)
  WITH c, i + 1 AS rank, weights[i] AS weight
  WHERE c.rank IS NULL OR c.rank <> rank OR c.weight <> weight
  SET c.rank = rank, c.weight = weight
}

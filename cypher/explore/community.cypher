// The community around a user: the users with whom closeness is mutual, and those with whom these are mutually close.
// Bounded to the ten best of the user and the five best of each of them.
// :param userId => 2770;
MATCH (u:User {userId: $userId})
CALL (u) {
  MATCH (u)-[c:CLOSEST_TO]->(v:User)
  WHERE EXISTS { (v)-[:CLOSEST_TO]->(u) }
  RETURN v
  ORDER BY c.rank
  LIMIT 10
}
CALL (v) {
  MATCH path = (v)-[c:CLOSEST_TO]->(w:User)
  WHERE EXISTS { (w)-[:CLOSEST_TO]->(v) }
  RETURN path AS outer
  ORDER BY c.rank
  LIMIT 5
}
MATCH inner = (u)-[:CLOSEST_TO]->(v)
RETURN inner, outer
LIMIT 50

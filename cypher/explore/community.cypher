// The community around a user: those who are mutually close to the user, and those who are mutually close to them.
// Limited to the user's ten closest and the five closest of each of those.
// :param userId => 280;
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

// Sets `hidden` on everybody who is not to be recommended to anybody, by the latest that is known: of equal times HIDDEN counts.
MATCH (u:User)-[h:HIDDEN]->(u)
WITH u, max(h.at) AS at
WHERE NOT EXISTS {
  MATCH (u)-[r:REVEALED]->(u)
  WHERE r.at > at
}
SET u.hidden = true

// How many candidates of a user stand before one with $score: those that no filter of recommend.cypher drops and whose score
// is higher, or equal with a lower id. `lowest` is the 20th best score, null if fewer are recommended.
MATCH (u:User {userId: $userId})
CALL (u) {
  MATCH (u)-[f:FOLLOWED]->(w)
  WHERE f.at <= $asOf
  RETURN collect(DISTINCT w) AS followed
}
MATCH (u)-[:CLOSEST_TO]->()-[c:CLOSEST_TO]->(w:User)
WITH u, followed, w, sum(c.weight) AS score
WHERE
  w <> u
  AND NOT w IN followed
  AND NOT ($filtered AND coalesce(w.reputation < $minReputation, true))
WITH w, score
ORDER BY score DESC, w.userId
WITH collect(score) AS scores, count(CASE WHEN score > $score OR score = $score AND w.userId < $recId THEN 1 END) AS before
RETURN before, scores[19] AS lowest

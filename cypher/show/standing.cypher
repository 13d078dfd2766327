// How many candidates of a user rank before one with $score: those that no filter of recommend.cypher drops and whose score
// is higher, or equal with a lower id. $engaged: whom KITH_RECOMMEND_ENGAGED=no and words drop. `lowest` is the 20th best score, null if fewer are recommended.
MATCH (u:User {userId: $userId})
CALL (u) {
  MATCH (u)-[f:FOLLOWED]->(w)
  WHERE f.at <= $asOf
  RETURN collect(DISTINCT w.userId) AS followed
}
UNWIND u.closest AS near
MATCH (v:User {userId: near})
UNWIND range(0, size(coalesce(v.closest, [])) - 1) AS i
WITH u, followed, v.closest[i] AS id, sum(v.closestWeights[i]) AS score
WHERE id <> u.userId AND NOT id IN followed AND NOT id IN $engaged
MATCH (w:User {userId: id})
WHERE NOT ($filtered AND coalesce(w.reputation < $minReputation, true))
WITH id, score
ORDER BY score DESC, id
WITH collect(score) AS scores, count(CASE WHEN score > $score OR score = $score AND id < $recId THEN 1 END) AS before
RETURN before, scores[19] AS lowest

// Whose reputation is at least $minReputation, of the candidates of user $userId by circles; the popular are good
// anyway.
MATCH (u:User {userId: $userId})
CALL (u) {
  UNWIND [id IN u.ties WHERE NOT id IN $busy OR id IN coalesce(u.closest, [])][..10] AS near
  MATCH (v:User {userId: near})
  UNWIND v.alike AS far
  WITH DISTINCT far
  MATCH (w:User {userId: far})
  RETURN w
  UNION
  MATCH (u)<-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]-(w)
  WHERE r.at > $asOf - $window AND r.at <= $asOf
  RETURN w
}
WITH w
WHERE w.reputation >= $minReputation
RETURN collect(w.userId) + $popular AS good

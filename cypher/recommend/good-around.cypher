// Whose reputation is at least $minReputation, of the candidates of user $userId.
MATCH (u:User {userId: $userId})
UNWIND u.closest AS near
MATCH (v:User {userId: near})
UNWIND v.closest AS far
WITH DISTINCT far
MATCH (w:User {userId: far})
WHERE w.reputation >= $minReputation
RETURN collect(far) AS good

// Whose reputation is at least $minReputation.
MATCH (w:User)
WHERE w.reputation >= $minReputation
RETURN collect(w.userId) AS good

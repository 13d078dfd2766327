// Removes the lists of closest connections of at most $limit users; repeated until none is left.
MATCH (u:User)
WHERE u.closest IS NOT NULL
WITH u
LIMIT $limit
SET u.closest = null, u.closestWeights = null
RETURN count(*) AS forgotten

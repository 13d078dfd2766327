// Removes what the words of an earlier run have left on at most $limit users; repeated until none is left.
MATCH (u:User)
WHERE u.blocked IS NOT NULL OR u.muted IS NOT NULL OR u.dismissed IS NOT NULL OR u.followedSince IS NOT NULL OR u.hidden
WITH u
LIMIT $limit
SET u.blocked = null, u.muted = null, u.dismissed = null, u.followedSince = null, u.hidden = null
RETURN count(*) AS forgotten

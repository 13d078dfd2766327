// How many users have closest connections, so that there may be somebody to recommend to them.
MATCH (u:User)
WHERE u.closest IS NOT NULL
RETURN count(u) AS users

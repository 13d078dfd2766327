// The ids of all suspended users.
MATCH (u:User)
WHERE u.suspended
RETURN u.userId AS userId
ORDER BY userId

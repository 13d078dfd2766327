// Who is not to be recommended to anybody.
MATCH (u:User)
WHERE u.hidden
RETURN collect(u.userId) AS hidden

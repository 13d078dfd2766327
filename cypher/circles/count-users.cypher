// To how many users somebody may be recommended by circles.
MATCH (u:User)
WHERE NOT u.suspended
RETURN count(u) AS users

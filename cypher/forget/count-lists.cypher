// How many of the users with $first <= userId < $end have the user in a list.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end
  AND ($userId IN u.closest
    OR $userId IN u.ties
    OR $userId IN u.alike
    OR $userId IN u.blocked
    OR $userId IN u.muted
    OR $userId IN u.dismissed
    OR $userId IN u.followedSince)
RETURN count(*) AS naming

// The same as ties-linear.cypher, or with a $halfLife as ties-exponential.cypher, by Kith's plugin; with rows of the table as text,
// in the order of its key. $one: the number of exact units in a weight of 1.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end
WITH u
ORDER BY u.userId
WITH collect(u) AS users
CALL kith.closest(
  users,
  $asOf,
  $window,
  {FOLLOWED: $follow, REPLIED_TO: $reply, LIKED: $like, MENTIONED: $mention},
  $halfLife,
  $one,
  true
)
YIELD text
RETURN text

// The same as recommend.cypher, by Kith's plugin; with rows of both tables as text, in the order of their keys.
// $minReputation: the lowest reputation of a good user, null if nobody is filtered; $one: the number of exact units in a
// weight of 1.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end AND u.closest IS NOT NULL
WITH u
ORDER BY u.userId
WITH collect(u) AS users
CALL kith.recommend(users, $asOf, $minReputation, $one, $hidden, $inactive)
YIELD
  recommendations, reasons, users AS done, self, blocked, muted, followed, followedSince, dismissed, undiscoverable, inactive,
  notGood
RETURN
  recommendations,
  reasons,
  done,
  self,
  blocked AS blockedOnes,
  muted AS mutedOnes,
  followed AS followedAlready,
  followedSince AS followedLater,
  dismissed AS dismissedOnes,
  undiscoverable,
  inactive AS inactiveOnes,
  notGood

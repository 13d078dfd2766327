// The same as recommend.cypher, but for $dropEngaged, by Kith's plugin; with rows of both tables as text, in the order of their keys.
// $minReputation: the lowest reputation of a good user, null if nobody is filtered.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end AND NOT u.suspended
WITH u
ORDER BY u.userId
WITH collect(u) AS users
CALL kith.circles(
  users,
  $asOf,
  $window,
  {FOLLOWED: $follow, REPLIED_TO: $reply, LIKED: $like, MENTIONED: $mention},
  $halfLife,
  $one,
  $minReputation,
  $popular,
  $popularShares,
  $popularAtMost,
  $busy,
  $hidden,
  $inactive,
  COUNT { (:User) }
)
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

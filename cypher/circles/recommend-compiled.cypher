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
  $busy
)
YIELD recommendations, reasons, users AS done, self, followed, notGood
RETURN recommendations, reasons, done, self, followed AS followedAlready, notGood

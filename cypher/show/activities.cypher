// The activities inside the window behind each of $pairs ([[userId, engaged userId], …]), newest first, one pair per row. A follow's
// message is null.
UNWIND $pairs AS pair
MATCH (u:User {userId: pair[0]})-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]->(v:User {userId: pair[1]})
WHERE r.at > $asOf - $window AND r.at <= $asOf
WITH pair, r
ORDER BY r.at DESC, type(r), r.messageId
RETURN
  pair[0] AS userId,
  pair[1] AS engagedId,
  collect([type(r), r.at, r.messageId]) AS activities

// Who writes well but has few followers: users of good reputation with few follows. Among equals, those with the most
// admirers come first. Reads every user once.
// :param minReputation => 0.5;
// :param mostFollows => 10;
MATCH (u:User)
WHERE u.reputation >= $minReputation AND NOT u.suspended
WITH u, COUNT { (u)<-[:FOLLOWED]-() } AS follows, COUNT { (u)<-[:CLOSEST_TO]-() } AS admirers
WHERE follows <= $mostFollows
RETURN
  u.userId AS userId,
  u.reputation AS reputation,
  follows,
  admirers
ORDER BY reputation DESC, admirers DESC, userId
LIMIT 50

// Takes the user out of all lists of the users with $first <= userId < $end; lists that are parallel stay so, and none is
// left empty.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end
  AND ($userId IN u.closest
    OR $userId IN u.ties
    OR $userId IN u.alike
    OR $userId IN u.blocked
    OR $userId IN u.muted
    OR $userId IN u.dismissed
    OR $userId IN u.followedSince)
WITH
  u,
  [i IN range(0, size(coalesce(u.closest, [])) - 1) WHERE u.closest[i] <> $userId] AS close,
  [i IN range(0, size(coalesce(u.alike, [])) - 1) WHERE u.alike[i] <> $userId] AS like
WITH
  u,
  [i IN close | u.closest[i]] AS closest,
  [i IN close | u.closestWeights[i]] AS weights,
  CASE WHEN u.closestVotes IS NOT NULL THEN [i IN close | u.closestVotes[i]] END AS votes,
  [i IN like | u.alike[i]] AS alike,
  [i IN like | u.alikeShares[i]] AS shares,
  [id IN u.ties WHERE id <> $userId] AS ties,
  [id IN u.blocked WHERE id <> $userId] AS blocked,
  [id IN u.muted WHERE id <> $userId] AS muted,
  [id IN u.dismissed WHERE id <> $userId] AS dismissed,
  [id IN u.followedSince WHERE id <> $userId] AS followedSince
SET
  u.closest = CASE WHEN size(closest) > 0 THEN closest END,
  u.closestWeights = CASE WHEN size(closest) > 0 THEN weights END,
  u.closestVotes = CASE WHEN size(votes) > 0 THEN votes END,
  u.alike = CASE WHEN size(alike) > 0 THEN alike END,
  u.alikeShares = CASE WHEN size(alike) > 0 THEN shares END,
  u.ties = CASE WHEN size(ties) > 0 THEN ties END,
  u.blocked = CASE WHEN size(blocked) > 0 THEN blocked END,
  u.muted = CASE WHEN size(muted) > 0 THEN muted END,
  u.dismissed = CASE WHEN size(dismissed) > 0 THEN dismissed END,
  u.followedSince = CASE WHEN size(followedSince) > 0 THEN followedSince END
RETURN count(*) AS naming

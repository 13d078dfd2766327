// Removes what circles keeps on at most $limit users, so that no list of an earlier run is taken for one of a later
// run; repeated until none is left.
MATCH (u:User)
WHERE u.ties IS NOT NULL OR u.closestVotes IS NOT NULL OR u.received IS NOT NULL OR u.circleMass IS NOT NULL
WITH u LIMIT $limit
SET
  u.closestVotes = null,
  u.ties = null,
  u.engages = null,
  u.received = null,
  u.receivedLately = null,
  u.alike = null,
  u.alikeShares = null,
  u.circleMass = null
RETURN count(*) AS forgotten

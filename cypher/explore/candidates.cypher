// A user's best candidates by score, each with the filter that drops it, if any: who is recommended, and who nearly was.
// minReputation is the run's KITH_MIN_REPUTATION; for a run without a list of scores, which drops nobody by reputation, it is null.
// :param userId => 1827;
// :param asOf => datetime('2024-06-01T00:00:00Z').epochSeconds;
// :param minReputation => 0.5;
// :param windowDays => 90;
MATCH (u:User {userId: $userId})-[:CLOSEST_TO]->()-[c:CLOSEST_TO]->(w:User)
WITH u, w, sum(c.weight) AS units, count(*) AS reasons
ORDER BY units DESC, w.userId
LIMIT 100
RETURN
  w.userId AS candidate,
  units / ($windowDays * 86400 * 1000.0) AS score,
  reasons,
  w.reputation AS reputation,
  CASE
    WHEN w = u THEN 'self'
    WHEN EXISTS { (u)-[f:FOLLOWED]->(w) WHERE f.at <= $asOf } THEN 'followed'
    WHEN $minReputation IS NOT NULL AND coalesce(w.reputation < $minReputation, true) THEN 'reputation'
  END AS droppedBy
ORDER BY units DESC, candidate

// For the users with $first <= userId < $end: whom they should follow next as of $asOf, and because of whom, a user a row.
// Candidates are the closest connections of one's closest connections. Each is dropped by the first filter that catches it:
//   self            the user
//   blocked, muted  one of the lists that cypher/words has set on the user
//   followed        followed at or before $asOf, in or out of the window
//   followed since  one of the list that cypher/words has set
//   engaged         the user has engaged with them in the window (S(user, w) > 0), where $dropEngaged
//   dismissed       one of the list that cypher/words has set
//   undiscoverable, inactive  one of $hidden, of $inactive
//   reputation      not one of $good, where $filtered
// The 20 highest scores win, equal ones by lower id.
// The user and whom a filter drops go through the sum as connections of weight 0 that carry a mark (7 self, 6 blocked, 5 muted,
// 4 followed, 3 followed since, 2 engaged, 1 dismissed);
// a candidate whose score stays 0 was none. Each connection's lists are read once for all users of the range.
// Measured alternatives: docs/ideas-tried.md#recommendations.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end AND u.closest IS NOT NULL
UNWIND u.closest AS v
WITH v, collect(u) AS admirers
MATCH (near:User {userId: v})
WHERE near.closest IS NOT NULL
WITH admirers, [v, near.closest, near.closestWeights, 0] AS list
UNWIND admirers AS u
WITH u, collect(list) AS near
WITH u, u.userId AS userId, near
CALL (u) {
  MATCH (u)-[f:FOLLOWED]->(w)
  WHERE f.at <= $asOf
  RETURN collect(DISTINCT w.userId) AS followed
}
CALL (u) {
  MATCH (u)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]->(w)
  WHERE $dropEngaged AND r.at > $asOf - $window AND r.at <= $asOf AND NOT w.suspended
  WITH
    w,
    $asOf - r.at AS age,
    CASE type(r)
      WHEN 'FOLLOWED' THEN $follow
      WHEN 'REPLIED_TO' THEN $reply
      WHEN 'LIKED' THEN $like
      ELSE $mention
    END AS base
  WITH
    w,
    base,
    CASE WHEN $halfLife IS NOT NULL THEN base / 1000.0 * 2.0 ^ (toFloat(-age) / $halfLife) * 1e6 END AS millionths
  WITH
    w,
    CASE
      WHEN $halfLife IS NULL THEN sum(base)
      ELSE
        sum(toInteger(floor(millionths))) * 1000
        + (sum(toInteger(round((millionths - floor(millionths)) * 1e11))) + 50000000) / 100000000
    END AS s
  WHERE s > 0
  RETURN collect(w.userId) AS engaged
}
CALL (u, userId, followed, engaged, near) {
  UNWIND
    near
    + [
      marked IN [
        [coalesce(u.dismissed, []), 1],
        [engaged, 2],
        [coalesce(u.followedSince, []), 3],
        [followed, 4],
        [coalesce(u.muted, []), 5],
        [coalesce(u.blocked, []), 6],
        [[userId], 7]
      ]
      WHERE size(marked[0]) > 0 |
      [userId, marked[0], [w IN marked[0] | 0], marked[1]]
    ]
    AS list
  WITH list[1] AS ws, list[2] AS weights, list[3] AS mark
  UNWIND range(0, size(ws) - 1) AS i
  WITH ws[i] AS w, sum(weights[i]) AS score, max(mark) AS mark
  WHERE score > 0
  RETURN collect([w, score, mark]) AS found
}
WITH
  userId,
  near,
  [candidate IN found WHERE candidate[2] = 0] AS others,
  [candidate IN found WHERE candidate[2] > 0 | candidate[2]] AS marks
WITH *, [candidate IN others WHERE NOT candidate[0] IN $hidden] AS shown
WITH *, [candidate IN shown WHERE NOT candidate[0] IN $inactive] AS active
WITH *, [candidate IN active WHERE NOT $filtered OR candidate[0] IN $good] AS candidates
CALL (candidates) {
  UNWIND candidates AS candidate
  WITH candidate[0] AS w, candidate[1] AS score
  ORDER BY score DESC, w
  LIMIT 20
  RETURN collect(w) AS recommended, collect(score) AS scores
}
CALL (near, recommended) {
  UNWIND near AS list
  WITH list[0] AS v, list[1] AS ws, list[2] AS weights, recommended
  UNWIND range(0, size(ws) - 1) AS i
  WITH v, ws[i] AS w, weights[i] AS weight, recommended
  WHERE w IN recommended
  RETURN collect(w) AS reasonOf, collect(v) AS reasons, collect(weight) AS reasonWeights
}
RETURN
  userId,
  recommended,
  scores,
  reasonOf,
  reasons,
  reasonWeights,
  size([mark IN marks WHERE mark = 7]) AS self,
  size([mark IN marks WHERE mark = 6]) AS blockedOnes,
  size([mark IN marks WHERE mark = 5]) AS mutedOnes,
  size([mark IN marks WHERE mark = 4]) AS followedAlready,
  size([mark IN marks WHERE mark = 3]) AS followedLater,
  size([mark IN marks WHERE mark = 2]) AS engagedAlready,
  size([mark IN marks WHERE mark = 1]) AS dismissedOnes,
  size(others) - size(shown) AS undiscoverable,
  size(shown) - size(active) AS inactiveOnes,
  size(active) - size(candidates) AS notGood

// For the users with $first <= userId < $end: whom they should follow next as of $asOf by circles, and because of
// whom, a user a row, in any order. Everybody who is not suspended gets a row.
// The score of a candidate w is the sum, in 1e-7, of
//   circle            for each of the user's vias v: the share of w in v's list alike / the number of vias
//   popular           c × 3 × the share of w among $popular ($popularShares, parallel) / 10^8, where c is the mean of
//                     3·10^11 / circleMass over the vias, and 10^7 for a user without vias
//   engages-with-you  750000 × min(S(w, user), F) / F + 750000 × min(H(w, user), Fh) / Fh, from the activities in the
//                     window; F is $one, the number of units in a weight of 1, and Fh is 1000 × ($window / 8)
// Vias are the user's first 10 ties. Those of $busy (busy.cypher) who are not among the user's closest connections are
// passed over as ties, and don't count as engaging with the user.
// Every term is rounded down before it is added.
// A candidate is dropped by the first filter that catches it:
//   self            the user
//   blocked, muted  one of the lists that cypher/words has set on the user
//   followed        followed at or before $asOf, in or out of the window
//   followed since  one of the list that cypher/words has set
//   engaged         the user has engaged with them in the window (S(user, w) > 0), where $dropEngaged
//   dismissed       one of the list that cypher/words has set
//   undiscoverable, inactive  one of $hidden, of $inactive
//   reputation      not one of $good, where $filtered
// The $most highest scores win (20), equal ones by lower id, with at most $popularAtMost of $popular among them if the
// user has vias.
// $follow, $reply, $like, $mention: base weights in thousandths; $window: seconds; $halfLife: seconds, null if the
// decay is linear.
// Columns:
//   userId
//   recommended, scores  parallel, the best first
//   reasonOf, reasons, reasonWeights, reasonSources  parallel, an entry for each term above 0 of each recommended, in
//     any order. reasonSources: 0 circle, 1 popular, 2 engages-with-you. A reason of the latter two is the recommended
//     themself, who may also be one of the ties: entries of one reason are one row of the table, their weights added
//     and their sources joined in this order. $about is null; an id there adds the terms of a candidate who may have
//     been dropped (`kith show --why`).
//   self, blockedOnes, mutedOnes, followedAlready, followedLater, engagedAlready, dismissedOnes, undiscoverable,
//     inactiveOnes, notGood  how many candidates each filter dropped
// Published rows: rec_reasons by user, recommended, reason; recommendations by user, recommended, whose source is the
// one with the largest sum of terms, of equal ones the first.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end AND NOT u.suspended
CALL (u) {
  UNWIND [id IN coalesce(u.ties, []) WHERE NOT id IN $busy OR id IN coalesce(u.closest, [])][..10] AS id
  MATCH (v:User {userId: id})
  RETURN collect(v) AS vias, count(v) AS n, sum(300000000000 / v.circleMass) AS phantoms
}
CALL (u) {
  MATCH (u)<-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]-(w)
  WHERE r.at > $asOf - $window AND r.at <= $asOf AND NOT w.suspended
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
    age,
    CASE WHEN $halfLife IS NOT NULL THEN base / 1000.0 * 2.0 ^ (toFloat(-age) / $halfLife) * 1e6 END AS millionths
  WITH
    w,
    CASE
      WHEN $halfLife IS NULL THEN sum(base * ($window - age))
      ELSE
        sum(toInteger(floor(millionths))) * 1000
        + (sum(toInteger(round((millionths - floor(millionths)) * 1e11))) + 50000000) / 100000000
    END AS s,
    sum(CASE WHEN age < $window / 8 THEN base * ($window / 8 - age) ELSE 0 END) AS h
  WHERE s > 0 AND (NOT w.userId IN $busy OR w.userId IN coalesce(u.closest, []))
  WITH
    w.userId AS id,
    750000 * CASE WHEN s < $one THEN s ELSE $one END / $one
    + CASE
      WHEN h = 0 THEN 0
      WHEN h < 1000 * ($window / 8) THEN 750000 * h / (1000 * ($window / 8))
      ELSE 750000
    END AS term
  RETURN collect(id) AS engaging, collect(term) AS engagingTerms
}
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
// Lists of terms: ids, their numbers, by what a number is multiplied and divided, a mark, the reason and the source.
// The user and whom a filter drops go through the sum as terms of 0 that carry a mark (7 self, 6 blocked, 5 muted,
// 4 followed, 3 followed since, 2 engaged, 1 dismissed);
// a candidate whose score stays 0 was none.
WITH
  u.userId AS userId,
  n,
  [
    marked IN [
      [coalesce(u.dismissed, []), 1],
      [engaged, 2],
      [coalesce(u.followedSince, []), 3],
      [followed, 4],
      [coalesce(u.muted, []), 5],
      [coalesce(u.blocked, []), 6],
      [[u.userId], 7]
    ]
    WHERE size(marked[0]) > 0 |
    [marked[0], [w IN marked[0] | 0], 1, 1, marked[1]]
  ] AS marked,
  [v IN vias WHERE v.alike IS NOT NULL | [v.alike, v.alikeShares, 1, n, 0, v.userId, 0]]
  + [
    [$popular, $popularShares, 3 * CASE WHEN n > 0 THEN phantoms / n ELSE 10000000 END, 100000000, 0, null, 1],
    [engaging, engagingTerms, 1, 1, 0, null, 2]
  ] AS terms
CALL (terms, marked) {
  UNWIND terms + marked AS list
  WITH list[0] AS ws, list[1] AS numbers, list[2] AS times, list[3] AS by, list[4] AS mark
  UNWIND range(0, size(ws) - 1) AS i
  WITH ws[i] AS w, sum(numbers[i] * times / by) AS score, max(mark) AS mark
  WHERE score > 0
  RETURN collect([w, score, mark]) AS found
}
WITH
  userId,
  n,
  terms,
  [candidate IN found WHERE candidate[2] = 0] AS others,
  [candidate IN found WHERE candidate[2] > 0 | candidate[2]] AS marks
WITH *, [candidate IN others WHERE NOT candidate[0] IN $hidden] AS shown
WITH *, [candidate IN shown WHERE NOT candidate[0] IN $inactive] AS active
WITH *, [candidate IN active WHERE NOT $filtered OR candidate[0] IN $good] AS candidates
CALL (candidates, n) {
  WITH *
  WHERE $popularAtMost < $most AND n > 0
  UNWIND candidates AS candidate
  WITH candidate[0] AS w, candidate[1] AS score
  WHERE w IN $popular
  ORDER BY score DESC, w
  SKIP $popularAtMost
  RETURN collect(w) AS surplus
}
CALL (candidates, surplus) {
  UNWIND candidates AS candidate
  WITH candidate[0] AS w, candidate[1] AS score, surplus
  WHERE NOT w IN surplus
  ORDER BY score DESC, w
  LIMIT $most
  RETURN collect(w) AS recommended, collect(score) AS scores
}
CALL (terms, recommended) {
  UNWIND terms AS list
  WITH
    recommended,
    list[0] AS ws,
    list[1] AS numbers,
    list[2] AS times,
    list[3] AS by,
    list[5] AS reason,
    list[6] AS source
  UNWIND range(0, size(ws) - 1) AS i
  WITH ws[i] AS w, numbers[i] * times / by AS term, reason, source, recommended
  WHERE (w IN recommended OR w = $about) AND term > 0
  RETURN
    collect(w) AS reasonOf,
    collect(coalesce(reason, w)) AS reasons,
    collect(term) AS reasonWeights,
    collect(source) AS reasonSources
}
RETURN
  userId,
  recommended,
  scores,
  reasonOf,
  reasons,
  reasonWeights,
  reasonSources,
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

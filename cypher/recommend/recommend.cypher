// For the users with $first <= userId < $end: whom they should follow next as of $asOf, and because of whom, a user a row.
// Candidates are the closest connections of one's closest connections. Each is dropped by the first filter that catches it:
//   self        the user
//   followed    followed at or before $asOf, in or out of the window
//   reputation  not one of $good, where $filtered
// The 20 highest scores win, equal ones by lower id.
// The user and whom they follow go through the sum as connections of weight 0 that carry a mark (3 self, 2 followed, and later 1
// reputation): asking each candidate whether it is in a list costs as much as the sum itself. Whose score stays 0 was no candidate.
// Each connection's lists are read once for all users of the range who have it: the more users, the fewer reads,
// which for each user alone were a third of the whole.
// Measured on 379,000 connections of 25,000 users, seconds of the server's processors, in pairs since the machine was busy: this 12;
// `w IN followed` for each candidate 15–17; the same over relationships, followed and reputation asked of nodes, 30; reasons for the
// winners cost 1.4 of it, read from the lists once more. Reasons by a pattern from each winner were 20 times slower (it walks back
// from the winner's thousands of admirers).
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end AND u.closest IS NOT NULL
UNWIND u.closest AS v
WITH v, collect(u) AS admirers
MATCH (near:User {userId: v})
WHERE near.closest IS NOT NULL
WITH admirers, [v, near.closest, near.closestWeights, 0] AS list
UNWIND admirers AS u
WITH u, u.userId AS userId, collect(list) AS near
CALL (u) {
  MATCH (u)-[f:FOLLOWED]->(w)
  WHERE f.at <= $asOf
  RETURN collect(DISTINCT w.userId) AS followed
}
CALL (userId, followed, near) {
  UNWIND near + [[userId, followed, [w IN followed | 0], 2], [userId, [userId], [0], 3]] AS list
  WITH list[1] AS ws, list[2] AS weights, list[3] AS mark
  UNWIND range(0, size(ws) - 1) AS i
  WITH ws[i] AS w, sum(weights[i]) AS score, max(mark) AS mark
  WHERE score > 0
  WITH w, score, CASE WHEN mark = 0 AND $filtered AND NOT w IN $good THEN 1 ELSE mark END AS mark
  RETURN
    collect(CASE mark WHEN 0 THEN [w, score] END) AS candidates,
    count(CASE mark WHEN 3 THEN true END) AS self,
    count(CASE mark WHEN 2 THEN true END) AS followedAlready,
    count(CASE mark WHEN 1 THEN true END) AS notGood
}
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
RETURN userId, recommended, scores, reasonOf, reasons, reasonWeights, self, followedAlready, notGood

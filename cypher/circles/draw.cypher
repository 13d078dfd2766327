// ALIKE {rank, share} of the users v with $first <= userId < $end, as their lists say: whom the people around v engage
// with, and how much, in 1e-7. It is for exploring: nothing is computed from it. What was drawn before is removed first.
MATCH (v:User)
WHERE v.userId >= $first AND v.userId < $end AND v.alike IS NOT NULL
WITH v, v.alike AS alike, v.alikeShares AS shares
UNWIND range(0, size(alike) - 1) AS i
MATCH (w:User {userId: alike[i]})
CREATE (v)-[:ALIKE {rank: i + 1, share: shares[i]}]->(w)

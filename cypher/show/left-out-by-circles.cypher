// Like left-out.cypher, for lists of circles: of all whom the people around $vias engage with, the $most with the highest
// sums of shares who are not among $recommended.
UNWIND $vias AS via
MATCH (v:User {userId: via})
UNWIND range(0, size(coalesce(v.alike, [])) - 1) AS i
WITH v.alike[i] AS id, sum(v.alikeShares[i]) AS score
WHERE id <> $userId AND NOT id IN $recommended
ORDER BY score DESC, id
LIMIT $most
RETURN collect(id) AS leftOut

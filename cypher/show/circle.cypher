// The circle of each of $vias: everybody who has the via among their ties, and the via itself if it has ties, and how each
// voted for $recId: 2 if they have engaged with them recently, 1 if before, 0 if $recId is none of their closest. A via a row;
// members and votes are parallel, the highest votes first, then by id. With activities as of $asOf in a $window of
// seconds.
UNWIND $vias AS id
MATCH (v:User {userId: id})
CALL (v) {
  MATCH (v)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]-(x)
  WHERE r.at > $asOf - $window AND r.at <= $asOf
  WITH DISTINCT v, x
  WHERE v.userId IN x.ties
  RETURN collect(x) AS others
}
CALL (v, others) {
  UNWIND others + CASE WHEN v.ties IS NULL THEN [] ELSE [v] END AS x
  WITH
    x.userId AS member,
    coalesce([i IN range(0, size(coalesce(x.closest, [])) - 1) WHERE x.closest[i] = $recId | x.closestVotes[i]][0], 0) AS vote
  ORDER BY vote DESC, member
  RETURN collect(member) AS members, collect(vote) AS votes
}
RETURN id AS via, members, votes

// A user's ties, the strongest first: with whom they have most to do, in both directions. People are recommended to
// them through the first ten (ranking circles). How often each engaged with the other in the window, and how many
// engage around the tie.
// :param userId => 1827;
// :param asOf => datetime('2024-06-01T00:00:00Z').epochSeconds;
// :param windowDays => 90;
MATCH (u:User {userId: $userId})
UNWIND range(0, size(coalesce(u.ties, [])) - 1) AS i
MATCH (v:User {userId: u.ties[i]})
RETURN
  i + 1 AS rank,
  v.userId AS tie,
  COUNT { (u)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]->(v) WHERE r.at > $asOf - $windowDays * 86400 AND r.at <= $asOf } AS engagedWithThem,
  COUNT { (u)<-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]-(v) WHERE r.at > $asOf - $windowDays * 86400 AND r.at <= $asOf } AS engagedWithYou,
  i < 10 AS recommendsThrough,
  size(v.alike) AS alike
ORDER BY rank
LIMIT 20

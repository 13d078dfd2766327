// How one user is connected to another: the shortest chains of closest connections, at most four steps long.
// :param userId => 1827;
// :param otherId => 2999;
MATCH (u:User {userId: $userId})
MATCH (w:User {userId: $otherId})
MATCH path = ALL SHORTEST (u)-[:CLOSEST_TO]->{1,4}(w)
RETURN path, length(path) AS steps
LIMIT 10

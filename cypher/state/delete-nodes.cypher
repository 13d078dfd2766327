// Empties the graph, second half: at most $limit users, who have no relationship any more.
MATCH (n:User)
WITH n LIMIT $limit
DELETE n
RETURN count(*) AS deleted

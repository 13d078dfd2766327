// Empties the graph, second half: removes at most $limit users, who have no relationships left.
MATCH (n:User)
WITH n LIMIT $limit
DELETE n
RETURN count(*) AS deleted

// Empties the graph, second half: at most $limit nodes, which have no relationship any more.
MATCH (n)
WITH n LIMIT $limit
DELETE n
RETURN count(*) AS deleted

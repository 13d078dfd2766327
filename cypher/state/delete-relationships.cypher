// Empties the graph, first half: at most $limit connections of any type are removed; repeated until none is left.
MATCH ()-[r]->()
WITH r LIMIT $limit
DELETE r
RETURN count(*) AS deleted

// Empties the graph, first half: removes at most $limit relationships of any type; repeated until none is left.
MATCH ()-[r]->()
WITH r LIMIT $limit
DELETE r
RETURN count(*) AS deleted

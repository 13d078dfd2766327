// Removes at most $limit of CLOSEST_TO; repeated until none is left.
MATCH ()-[c:CLOSEST_TO]->()
WITH c LIMIT $limit
DELETE c
RETURN count(*) AS deleted

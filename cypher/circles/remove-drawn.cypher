// Removes at most $limit of ALIKE; repeated until none is left.
MATCH ()-[a:ALIKE]->()
WITH a LIMIT $limit
DELETE a
RETURN count(*) AS deleted

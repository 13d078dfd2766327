// Deletes at most $limit relationships of the user, of any type and direction; repeated until none is left.
MATCH (u:User {userId: $userId})-[r]-()
WITH DISTINCT r LIMIT $limit
DELETE r
RETURN count(*) AS deleted

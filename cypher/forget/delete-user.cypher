// Deletes the user, who has no relationships left.
MATCH (u:User {userId: $userId})
DETACH DELETE u
RETURN count(*) AS deleted

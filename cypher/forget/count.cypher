// How many relationships the user has, of any type and direction; no row without the user.
MATCH (u:User {userId: $userId})
RETURN COUNT { (u)--() } AS relationships

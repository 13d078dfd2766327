// Removes the score of the users in $userIds.
UNWIND $userIds AS userId
MATCH (u:User {userId: userId})
REMOVE u.reputation

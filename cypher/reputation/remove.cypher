// Takes the score from the users of $userIds.
UNWIND $userIds AS userId
MATCH (u:User {userId: userId})
REMOVE u.reputation

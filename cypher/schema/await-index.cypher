// Waits until the users' index is ready, at most $seconds. Other indexes don't matter.
CALL db.awaitIndex('user_id', $seconds)

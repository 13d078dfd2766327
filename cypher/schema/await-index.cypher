// Waits until the users' index is ready, at most $seconds. Others are no business of ours.
CALL db.awaitIndex('user_id', $seconds)

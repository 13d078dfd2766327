// Waits until every index is ready, at most $seconds.
CALL db.awaitIndexes($seconds)

-- Opens what was closed.
ROLLBACK TO SAVEPOINT closing;
RELEASE SAVEPOINT closing;

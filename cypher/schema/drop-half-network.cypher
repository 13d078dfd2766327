// See drop-half-user-id.cypher.
DROP INDEX network_only IF EXISTS

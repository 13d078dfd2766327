// The user that analysts sign in as. Run against the database system; Neo4j wants a password of at least 8 characters.
CREATE OR REPLACE USER analyst
SET PASSWORD $password
CHANGE NOT REQUIRED

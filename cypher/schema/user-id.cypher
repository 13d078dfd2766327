// A user is identified by its id; this constraint's index also serves all ranges of users.
CREATE CONSTRAINT user_id IF NOT EXISTS
FOR (u:User)
REQUIRE u.userId IS UNIQUE

// A user is known by its id; this constraint's index also serves every range of users below.
CREATE CONSTRAINT user_id IF NOT EXISTS
FOR (u:User)
REQUIRE u.userId IS UNIQUE

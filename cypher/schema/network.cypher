// A graph is one network's.
CREATE CONSTRAINT network_only IF NOT EXISTS
FOR (n:Network)
REQUIRE n.only IS UNIQUE

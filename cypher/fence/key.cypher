// One fence node of each place.
CREATE CONSTRAINT fence_place IF NOT EXISTS
FOR (f:Fence)
REQUIRE f.place IS UNIQUE

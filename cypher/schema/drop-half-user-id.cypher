// The index of a constraint of which the making was broken off; it fails if the constraint is whole.
DROP INDEX user_id IF EXISTS

// The index of a constraint of which the making was broken off; it fails if the constraint is whole.
DROP INDEX fence_place IF EXISTS

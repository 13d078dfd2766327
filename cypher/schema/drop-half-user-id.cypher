// Drops the index of a constraint whose creation was interrupted; fails if the constraint is complete.
DROP INDEX user_id IF EXISTS

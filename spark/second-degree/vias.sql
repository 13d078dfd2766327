-- Through whom people are recommended: one's closest connections.
CREATE TEMPORARY VIEW via AS SELECT user_id, engaged_id AS via_id FROM closest

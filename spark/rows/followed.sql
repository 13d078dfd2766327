-- Whom everybody has followed up to the as-of, in key order, for the check that nobody of them is recommended.
CREATE TABLE followed_rows USING text AS
SELECT concat_ws('\t', user_id, other_id) FROM (SELECT user_id, other_id FROM followed ORDER BY user_id, other_id)

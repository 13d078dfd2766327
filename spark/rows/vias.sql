-- Through whom people are recommended to everybody, in key order, for the check that reasons are among them.
CREATE TABLE via_rows USING text AS
SELECT concat_ws('\t', user_id, via_id) FROM (SELECT user_id, via_id FROM via ORDER BY user_id, via_id)

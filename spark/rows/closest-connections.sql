-- Rows of closest_connections in key order: user, other, weight, rank. Numbers are sorted, not their texts.
CREATE TABLE closest_rows USING text AS
SELECT concat_ws('\t', user_id, engaged_id, decimal_weight(s, ${spark.kith.one}L), rank)
FROM (SELECT user_id, engaged_id, s, rank FROM closest ORDER BY user_id, engaged_id)

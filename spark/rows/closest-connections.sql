-- Rows of closest_connections in key order: user, other, weight, rank.
CREATE TABLE closest_rows USING text AS
SELECT concat_ws('\t', user_id, engaged_id, decimal_weight(s, ${spark.kith.one}L), rank)
FROM closest
ORDER BY user_id, engaged_id

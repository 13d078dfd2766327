-- Rows of rec_reasons in key order: user, recommended, reason, weight. Numbers are sorted, not their texts.
CREATE TABLE reason_rows USING text AS
SELECT concat_ws('\t', user_id, other_id, reason_id, decimal_weight(units, ${spark.kith.one}L))
FROM (SELECT user_id, other_id, reason_id, units FROM reason ORDER BY user_id, other_id, reason_id)

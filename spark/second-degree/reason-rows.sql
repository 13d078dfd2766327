-- Rows of rec_reasons in key order: user, recommended, reason, weight.
CREATE TABLE reason_rows USING text AS
SELECT concat_ws('\t', user_id, other_id, reason_id, decimal_weight(units, ${spark.kith.one}L))
FROM reason
ORDER BY user_id, other_id, reason_id

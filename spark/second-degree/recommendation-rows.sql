-- Rows of recommendations in key order: user, recommended, score, rank. Numbers are sorted, not their texts.
CREATE TABLE recommendation_rows USING text AS
SELECT concat_ws('\t', user_id, other_id, decimal_weight(score, ${spark.kith.one}L), rank)
FROM (SELECT user_id, other_id, score, rank FROM recommendation ORDER BY user_id, other_id)

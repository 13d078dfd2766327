-- Edges with linear decay. s: the sum of base × (window − age), in whole thousandths of seconds; h: the same over the last
-- eighth of the window, for circles. An edge whose s is 0 is none.
CREATE TABLE edge USING parquet AS
SELECT user_id, engaged_id, s, h
FROM (
  SELECT
    user_id,
    engaged_id,
    sum(base * (${spark.kith.window}L - age)) AS s,
    sum(base * greatest(0L, ${spark.kith.window}L DIV 8 - age)) AS h
  FROM counted
  GROUP BY user_id, engaged_id
)
WHERE s > 0

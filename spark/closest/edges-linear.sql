-- Edges with linear decay. s: the sum of base × (window − age), in whole thousandths of seconds; h: the same over the last
-- eighth of the window, for circles; rank: 1 has the user's largest s, equal ones by lower id. An edge whose s is 0 is none.
CREATE TABLE edge USING parquet AS
SELECT user_id, engaged_id, s, h, row_number() OVER (PARTITION BY user_id ORDER BY s DESC, engaged_id) AS rank
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

-- Edges with exponential decay: each edge's sum is rounded to whole 1e-9; h stays linear. See edges-linear.sql.
CREATE TABLE edge USING parquet AS
SELECT user_id, engaged_id, s, h, row_number() OVER (PARTITION BY user_id ORDER BY s DESC, engaged_id) AS rank
FROM (
  SELECT
    user_id,
    engaged_id,
    sum(coarse) * 1000 + (sum(fine) + 50000000) DIV 100000000 AS s,
    sum(base * greatest(0L, ${spark.kith.window}L DIV 8 - age)) AS h
  FROM counted
  JOIN power USING (base, age)
  GROUP BY user_id, engaged_id
)
WHERE s > 0

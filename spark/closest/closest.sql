-- Everybody's 50 closest connections: the largest s, equal ones by lower id.
CREATE TABLE closest USING parquet AS
SELECT user_id, engaged_id, s, h, rank
FROM (
  SELECT user_id, engaged_id, s, h, row_number() OVER (PARTITION BY user_id ORDER BY s DESC, engaged_id) AS rank
  FROM edge
)
WHERE rank <= 50

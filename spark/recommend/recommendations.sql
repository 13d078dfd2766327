-- The 20 highest scores, equal ones by lower id.
CREATE TABLE recommendation USING parquet AS
SELECT user_id, other_id, score, source, rank
FROM (
  SELECT
    user_id, other_id, score, source, row_number() OVER (PARTITION BY user_id ORDER BY score DESC, other_id) AS rank
  FROM kept
)
WHERE rank <= 20

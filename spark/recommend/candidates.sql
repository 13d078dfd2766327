-- Everybody's candidates with their scores, and the filter that drops each first: 10 self, and those of marked.sql and
-- unwanted.sql; 0 none. Of those whom no filter drops the 20 highest scores, which is as many as are recommended, of who is
-- limited and of the others.
CREATE TABLE candidate USING parquet AS
SELECT user_id, other_id, score, mark, source
FROM (
  SELECT
    user_id,
    other_id,
    score,
    mark,
    source,
    row_number() OVER (PARTITION BY user_id, mark > 0, is_limited ORDER BY score DESC, other_id) AS place
  FROM (
    SELECT user_id, other_id, score, CASE WHEN user_id = other_id THEN 10 ELSE mark END AS mark, source, is_limited
    FROM summed
    WHERE score > 0
  )
)
WHERE mark > 0 OR place <= 20

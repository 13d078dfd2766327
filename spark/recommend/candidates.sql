-- Everybody's candidates with their scores, and the first filter that drops each: 3 self, 2 followed, 1 engaged; 0 none
-- but perhaps reputation.
CREATE TABLE candidate USING parquet AS
SELECT
  user_id,
  other_id,
  score,
  CASE WHEN user_id = other_id THEN 3 ELSE mark END AS mark,
  is_good,
  -- The source with the largest share, of equal ones the first.
  CASE WHEN circle >= popular AND circle >= engages THEN 0 WHEN popular >= engages THEN 1 ELSE 2 END AS source
FROM (
  SELECT
    user_id,
    other_id,
    sum(units) AS score,
    max(mark) AS mark,
    bool_or(is_good) AS is_good,
    sum(CASE WHEN source = 0 THEN units ELSE 0 END) AS circle,
    sum(CASE WHEN source = 1 THEN units ELSE 0 END) AS popular,
    sum(CASE WHEN source = 2 THEN units ELSE 0 END) AS engages
  FROM term
  GROUP BY user_id, other_id
)
WHERE score > 0

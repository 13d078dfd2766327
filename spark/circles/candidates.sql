-- Everybody's candidates, see second-degree/candidates.sql, with the source that has the largest share of each score, of
-- equal ones the first.
CREATE TABLE candidate USING parquet AS
SELECT
  user_id,
  other_id,
  score,
  CASE WHEN user_id = other_id THEN 10 ELSE mark END AS mark,
  CASE
    WHEN score - popular - engages >= greatest(popular, engages) THEN 0
    WHEN popular >= engages THEN 1
    ELSE 2
  END AS source
FROM (
  SELECT
    user_id,
    other_id,
    sum(units) AS score,
    max(mark) AS mark,
    sum(CASE WHEN source = 1 THEN units ELSE 0 END) AS popular,
    sum(CASE WHEN source = 2 THEN units ELSE 0 END) AS engages
  FROM term
  GROUP BY user_id, other_id
)
WHERE score > 0

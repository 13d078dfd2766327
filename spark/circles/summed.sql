-- Everybody's candidates, see second-degree/summed.sql, with the source that has the largest share of each score, of
-- equal ones the first. The popular may be limited, see kept.sql.
CREATE TEMPORARY VIEW summed AS
SELECT
  user_id,
  other_id,
  score,
  mark,
  CASE
    WHEN score - popular - engages >= greatest(popular, engages) THEN 0
    WHEN popular >= engages THEN 1
    ELSE 2
  END AS source,
  is_limited
FROM (
  SELECT
    user_id,
    other_id,
    sum(units) AS score,
    max(mark) AS mark,
    max(source = 1) AS is_limited,
    sum(CASE WHEN source = 1 THEN units ELSE 0 END) AS popular,
    sum(CASE WHEN source = 2 THEN units ELSE 0 END) AS engages
  FROM term
  GROUP BY user_id, other_id
)

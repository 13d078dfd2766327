-- Everybody's candidates, see second-degree/candidates.sql, with the source that has the largest share of each score, of
-- equal ones the first. Of those whom no filter drops the 20 highest of the popular and of the others, see kept.sql.
CREATE TABLE candidate USING parquet AS
SELECT user_id, other_id, score, mark, source
FROM (
  SELECT
    user_id,
    other_id,
    score,
    mark,
    source,
    row_number() OVER (PARTITION BY user_id, mark > 0, is_popular ORDER BY score DESC, other_id) AS place
  FROM (
    SELECT
      user_id,
      other_id,
      score,
      is_popular,
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
        max(source = 1) AS is_popular,
        sum(CASE WHEN source = 1 THEN units ELSE 0 END) AS popular,
        sum(CASE WHEN source = 2 THEN units ELSE 0 END) AS engages
      FROM term
      GROUP BY user_id, other_id
    )
    WHERE score > 0
  )
)
WHERE mark > 0 OR place <= 20

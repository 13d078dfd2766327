-- Everybody's candidates with their scores, and the filter that drops each first: 10 self, and those of
-- recommend/marked.sql and unwanted.sql; 0 none. Of those whom no filter drops the 20 highest scores, which is as many as are
-- recommended. Terms of a candidate are added up where its user's lists were taken apart.
CREATE TABLE candidate USING parquet AS
SELECT user_id, other_id, score, mark, source
FROM (
  SELECT
    user_id,
    other_id,
    score,
    mark,
    source,
    row_number() OVER (PARTITION BY user_id, mark > 0 ORDER BY score DESC, other_id) AS place
  FROM (
    SELECT user_id, other_id, score, CASE WHEN user_id = other_id THEN 10 ELSE mark END AS mark, 0 AS source
    FROM (
      SELECT user_id, other_id, sum(units) AS score, max(mark) AS mark FROM term GROUP BY user_id, other_id
    )
    WHERE score > 0
  )
)
WHERE mark > 0 OR place <= 20

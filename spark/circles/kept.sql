-- The candidates whom no filter drops; of the popular only as many as KITH_POPULAR_AT_MOST says, except for users without
-- vias.
CREATE TEMPORARY VIEW kept AS
SELECT user_id, other_id, score, source
FROM (
  SELECT
    candidate.user_id,
    other_id,
    score,
    source,
    is_popular,
    has_vias.user_id IS NOT NULL AS has_vias,
    row_number() OVER (PARTITION BY candidate.user_id, is_popular ORDER BY score DESC, other_id) AS place
  FROM (
    SELECT user_id, other_id, score, source, popular.other_id IS NOT NULL AS is_popular
    FROM candidate
    LEFT JOIN popular USING (other_id)
    WHERE candidate.mark = 0
  ) AS candidate
  LEFT JOIN (SELECT DISTINCT user_id FROM via) AS has_vias ON has_vias.user_id = candidate.user_id
)
WHERE NOT is_popular OR NOT has_vias OR place <= ${spark.kith.popularAtMost}

-- The candidates whom no filter drops; of the popular only as many as KITH_POPULAR_AT_MOST says, except for users without
-- ties.
CREATE TEMPORARY VIEW kept AS
SELECT user_id, other_id, score, source
FROM (
  SELECT
    candidate.user_id,
    other_id,
    score,
    source,
    is_popular,
    tie.user_id IS NOT NULL AS has_ties,
    row_number() OVER (PARTITION BY candidate.user_id, is_popular ORDER BY score DESC, other_id) AS place
  FROM (
    SELECT user_id, other_id, score, source, popular.other_id IS NOT NULL AS is_popular
    FROM candidate
    LEFT JOIN popular USING (other_id)
    WHERE mark = 0 AND is_good
  ) AS candidate
  LEFT JOIN tie ON tie.user_id = candidate.user_id AND tie.rank = 1
)
WHERE NOT is_popular OR NOT has_ties OR place <= ${spark.kith.popularAtMost}

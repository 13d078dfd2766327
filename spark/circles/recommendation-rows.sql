-- Rows of recommendations in key order: user, recommended, score, rank, source. Numbers are sorted, not their texts.
CREATE TABLE recommendation_rows USING text AS
SELECT
  concat_ws(
    '\t',
    user_id,
    other_id,
    units_text(score),
    rank,
    CASE source WHEN 0 THEN 'circle' WHEN 1 THEN 'popular' ELSE 'engages-with-you' END
  )
FROM (SELECT user_id, other_id, score, rank, source FROM recommendation ORDER BY user_id, other_id)

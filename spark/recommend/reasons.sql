-- What each reason adds to the score of a recommendation; terms of one reason are one row.
CREATE TABLE reason USING parquet AS
SELECT
  user_id,
  other_id,
  reason_id,
  sum(units) AS units,
  max(source = 0) AS is_circle,
  max(source = 1) AS is_popular,
  max(source = 2) AS is_engaging
FROM term
JOIN (SELECT user_id, other_id FROM recommendation) USING (user_id, other_id)
WHERE units > 0
GROUP BY user_id, other_id, reason_id

-- All user-weeks of messages at or before as-of, each with its probability in millionths by the model that was used last,
-- if it has one. Weeks and contents as in find-weeks.sql.
WITH user_week AS (
  SELECT
    user_id,
    iso_week(instant) AS week,
    bit_xor(md5_number_lower(concat_ws(' ', id, instant, words))) AS content
  FROM message
  WHERE instant <= $asOf
  GROUP BY ALL
)
SELECT user_id, week, probability
FROM user_week LEFT JOIN (
  SELECT user_id, week, content, probability
  FROM week_score
  WHERE model = (SELECT model FROM model_use ORDER BY used DESC LIMIT 1)
) USING (user_id, week, content)
ORDER BY user_id, week

-- The user-weeks of $userId of messages at or before as-of, the newest first, each with its probability in millionths by
-- the model that was used last. Weeks and contents as in find-weeks.sql.
WITH user_week AS (
  SELECT
    user_id,
    iso_week(instant) AS week,
    bit_xor(md5_number_lower(concat_ws(' ', id, instant, words))) AS content
  FROM message
  WHERE user_id = $userId AND instant <= $asOf
  GROUP BY ALL
)
SELECT week, probability
FROM user_week JOIN week_score USING (user_id, week, content)
WHERE model = (SELECT model FROM model_use ORDER BY used DESC LIMIT 1)
ORDER BY week DESC

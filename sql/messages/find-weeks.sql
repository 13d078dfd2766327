-- The user-weeks of the messages at or before as-of, and a number that changes with what is in them. Ids are in what is
-- hashed, so no two messages are alike and XOR, which needs no order, does not cancel any.
CREATE OR REPLACE TABLE user_week AS
SELECT
  user_id,
  iso_week(instant) AS week,
  bit_xor(md5_number_lower(concat_ws(' ', id, instant, words))) AS content
FROM message
WHERE instant <= $asOf
GROUP BY ALL

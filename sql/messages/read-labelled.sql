-- The messages of labelled users from $first to $last, in the order in which a week's text is put together. A user is good if any message
-- says so.
WITH
  said AS (SELECT * FROM message WHERE instant <= $asOf AND user_id BETWEEN $first AND $last),
  label AS (SELECT user_id, max(is_good) AS is_good FROM said GROUP BY user_id)
SELECT user_id, iso_week(instant) AS week, label.is_good, words
FROM said JOIN label USING (user_id)
WHERE label.is_good IS NOT NULL
ORDER BY user_id, instant, id

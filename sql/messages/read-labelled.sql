-- The messages of labelled users, in the order in which a week's text is put together. A user is good if any message says so.
SELECT user_id, iso_week(instant) AS week, label.is_good, words
FROM message
JOIN (SELECT user_id, max(is_good) AS is_good FROM message WHERE instant <= $asOf GROUP BY user_id) AS label USING (user_id)
WHERE instant <= $asOf AND label.is_good IS NOT NULL
ORDER BY user_id, instant, id

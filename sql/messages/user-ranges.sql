-- Ranges of users with about $size messages each, by user: the messages of a range are put in order in memory, those of all are not.
SELECT min(user_id) AS first, max(user_id) AS last
FROM (
  SELECT user_id, CAST((sum(messages) OVER (ORDER BY user_id) - 1) // $size AS BIGINT) AS part
  FROM (SELECT user_id, count(*) AS messages FROM message WHERE instant <= $asOf GROUP BY user_id)
)
GROUP BY part
ORDER BY first

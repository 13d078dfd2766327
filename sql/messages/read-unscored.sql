-- The messages of the weeks that have no score yet, of users from $first to $last, in the order in which a week's text is put together.
SELECT message.user_id, unscored.week, unscored.content, message.words
FROM message
JOIN unscored ON unscored.user_id = message.user_id AND unscored.week = iso_week(message.instant)
WHERE message.instant <= $asOf AND message.user_id BETWEEN $first AND $last AND unscored.user_id BETWEEN $first AND $last
ORDER BY message.user_id, unscored.week, message.instant, message.id

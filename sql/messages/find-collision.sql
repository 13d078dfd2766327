-- Two texts of one number.
SELECT user_id, min(id), max(id) FROM user_text GROUP BY user_id HAVING count(*) > 1 LIMIT 1

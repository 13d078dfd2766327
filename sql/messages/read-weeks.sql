SELECT user_id, week, probability
FROM user_week JOIN week_score USING (user_id, week, content)
WHERE model = $model
ORDER BY user_id, week

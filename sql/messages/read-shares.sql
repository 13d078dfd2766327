-- How many of a user's weeks the model finds good, of how many.
SELECT user_id, count_if(probability >= $threshold) AS good, count(*) AS weeks
FROM user_week JOIN week_score USING (user_id, week, content)
WHERE model = $model
GROUP BY user_id
ORDER BY user_id

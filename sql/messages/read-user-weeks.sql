-- The user-weeks of $userId that were scored last, the newest first, each with its probability in millionths.
SELECT week, probability
FROM user_week JOIN week_score USING (user_id, week, content)
WHERE user_id = $userId AND model = (SELECT model FROM model_use ORDER BY used DESC LIMIT 1)
ORDER BY week DESC

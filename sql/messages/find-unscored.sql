CREATE OR REPLACE TABLE unscored AS
SELECT user_id, week, content
FROM user_week
ANTI JOIN (SELECT user_id, week, content FROM week_score WHERE model = $model) USING (user_id, week, content)

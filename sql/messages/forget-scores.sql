-- What no week of today's can use: scores of another model, and of weeks that read otherwise by now.
DELETE FROM week_score
WHERE model <> $model OR (user_id, week) IN (SELECT (user_id, week) FROM unscored)

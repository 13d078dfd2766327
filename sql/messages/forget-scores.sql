-- Scores of the model of weeks that read otherwise by now, and those of all but the three models that were used last.
DELETE FROM week_score
WHERE (model = $model AND (user_id, week) IN (SELECT (user_id, week) FROM unscored))
  OR model NOT IN (SELECT model FROM model_use ORDER BY used DESC LIMIT 3)

INSERT OR REPLACE INTO model_use
SELECT $model, 1 + coalesce(max(used), 0) FROM model_use

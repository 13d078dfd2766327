-- The texts of users, each once.
SELECT DISTINCT user_id, id FROM staged_name

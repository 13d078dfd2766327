-- Every user once, numbered from 0 on, those too whose activities are all too old to be stored; the flag is NULL if no row of user.csv
-- says it.
CREATE TABLE users AS
SELECT user_id, max(suspended) AS suspended, row_number() OVER (ORDER BY user_id) - 1 AS node
FROM (
  SELECT user_id, suspended FROM staged_user
  UNION ALL SELECT user_id, NULL FROM staged_activity
  UNION ALL SELECT engaged_id, NULL FROM staged_activity
)
GROUP BY user_id
ORDER BY user_id

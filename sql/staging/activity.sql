-- Every activity once. Sorted so that the rows of one type are in the order of user, engaged, instant, message,
-- and those of one user lie together for the bulk importer.
CREATE TABLE activity AS
SELECT DISTINCT user_id, type, engaged_id, CAST(instant AS BIGINT) AS instant, message_id
FROM staged_activity
ORDER BY user_id, type, engaged_id, instant, message_id

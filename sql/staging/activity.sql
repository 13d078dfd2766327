-- Every activity once, but those that are too old to be stored: at or before $horizon (null: nothing is), unless they are follows (type 0) or words (from 4 on).
-- Sorted so that the rows of one type are in the order of user, engaged, instant, message, and those of one user lie together for the bulk
-- importer.
CREATE TABLE activity AS
SELECT DISTINCT user_id, type, engaged_id, CAST(instant AS BIGINT) AS instant, message_id
FROM staged_activity
WHERE type = 0 OR type > 3 OR instant > coalesce(CAST($horizon AS DOUBLE), '-infinity'::DOUBLE)
ORDER BY user_id, type, engaged_id, instant, message_id

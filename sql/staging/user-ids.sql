-- Every user id that a row names, once, to find the forgotten among them.
SELECT user_id FROM staged_user
UNION
SELECT user_id FROM staged_activity
UNION
SELECT engaged_id FROM staged_activity

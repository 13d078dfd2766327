-- Whether the text of the user $id is kept.
SELECT count(*) FROM user_text WHERE user_id = CAST($id AS BIGINT)

-- How many messages and scores of the user $id there are.
SELECT
  (SELECT count(*) FROM message WHERE user_id = CAST($id AS BIGINT)),
  (SELECT count(*) FROM week_score WHERE user_id = CAST($id AS BIGINT))

-- How many kept rows of a folder ($activities and $users are its files) name the user $id.
SELECT
  (SELECT count(*) FROM read_parquet($activities) WHERE user_id = CAST($id AS BIGINT) OR engaged_id = CAST($id AS BIGINT))
  + (SELECT count(*) FROM read_parquet($users) WHERE user_id = CAST($id AS BIGINT))

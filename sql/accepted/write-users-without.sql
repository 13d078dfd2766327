-- The users of a folder without the user $id. Whoever only what is from or to that user names has to be among them from now on.
COPY (
  SELECT user_id, suspended, flagged_at, undated FROM read_parquet($users) WHERE user_id <> CAST($id AS BIGINT)
  UNION ALL
  SELECT other_id, NULL, NULL, false
  FROM (
    SELECT engaged_id AS other_id FROM read_parquet($activities) WHERE user_id = CAST($id AS BIGINT)
    UNION
    SELECT user_id FROM read_parquet($activities) WHERE engaged_id = CAST($id AS BIGINT)
  )
  WHERE other_id <> CAST($id AS BIGINT) AND other_id NOT IN (SELECT user_id FROM read_parquet($users))
) TO $path (FORMAT parquet, COMPRESSION zstd)

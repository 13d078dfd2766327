-- All of week_score but the rows of the user $id.
COPY (SELECT * FROM week_score WHERE user_id <> CAST($id AS BIGINT)) TO $path (FORMAT parquet)

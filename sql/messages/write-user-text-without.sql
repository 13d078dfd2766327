-- All of user_text but the row of the user $id.
COPY (SELECT * FROM user_text WHERE user_id <> CAST($id AS BIGINT)) TO $path (FORMAT parquet)

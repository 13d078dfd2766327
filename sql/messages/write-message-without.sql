-- All of message but the rows of the user $id.
COPY (SELECT * FROM message WHERE user_id <> CAST($id AS BIGINT)) TO $path (FORMAT parquet)

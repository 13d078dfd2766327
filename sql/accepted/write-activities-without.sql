-- The activities of a folder without those from and to the user $id, in their order.
COPY (
  SELECT * FROM read_parquet($activities) WHERE user_id <> CAST($id AS BIGINT) AND engaged_id <> CAST($id AS BIGINT)
) TO $path (FORMAT parquet, COMPRESSION zstd)

-- The activities of a folder, or of several, as they are kept: the graph is rebuilt from them, and Spark computes from them.
-- Follows and words come first, then what may expire, by day: whoever reads a window skips the rest, by what Parquet tells of
-- each group of rows.
COPY (
  SELECT user_id, CAST(type AS INTEGER) AS type, engaged_id, instant, message_id
  FROM activity
  ORDER BY
    type BETWEEN 1 AND 3,
    CASE WHEN type BETWEEN 1 AND 3 THEN instant // 86400 ELSE type END,
    user_id
) TO $path (FORMAT parquet, COMPRESSION zstd)

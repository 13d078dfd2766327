-- All users of a folder. A flag's date is $flaggedAt (epoch seconds).
COPY (
  SELECT
    user_id, suspended,
    CASE WHEN suspended IS NOT NULL THEN CAST($flaggedAt AS BIGINT) END AS flagged_at,
    CAST($undated AS BOOLEAN) AS undated
  FROM users
) TO $path (FORMAT parquet, COMPRESSION zstd)

-- The users of a folder that its activities don't name, and those with a flag, whose date is $flaggedAt (epoch seconds).
COPY (
  SELECT
    user_id, suspended,
    CASE WHEN suspended IS NOT NULL THEN CAST($flaggedAt AS BIGINT) END AS flagged_at,
    CAST($undated AS BOOLEAN) AS undated
  FROM users
  WHERE suspended IS NOT NULL
    OR user_id NOT IN (SELECT user_id FROM activity UNION ALL SELECT engaged_id FROM activity)
) TO $path (FORMAT parquet, COMPRESSION zstd)

-- The same for several folders at once. A flag is as the graph has it: what comes later is compared with it as with an
-- undated one.
COPY (
  SELECT users.user_id, flag.suspended, flag.flagged_at, true AS undated
  FROM users
  LEFT JOIN flag USING (user_id)
) TO $path (FORMAT parquet, COMPRESSION zstd)

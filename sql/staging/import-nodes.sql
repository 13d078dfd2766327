COPY (
  SELECT user_id, coalesce(suspended, 0) = 1, CASE WHEN suspended IS NOT NULL THEN CAST($flaggedAt AS BIGINT) END
  FROM users
) TO $path (FORMAT csv, HEADER false)

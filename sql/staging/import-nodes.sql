-- Users under the numbers that they get in the store.
COPY (
  SELECT node, user_id, coalesce(suspended, 0) = 1, CASE WHEN suspended IS NOT NULL THEN CAST($flaggedAt AS BIGINT) END
  FROM users
) TO $path (FORMAT csv, HEADER false)

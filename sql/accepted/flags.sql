-- The flags as the graph has them once the files $paths were loaded in the order of their names, see
-- cypher/ingest/merge-users.cypher: of the latest date; of one date suspended wins, unless an undated folder came later.
CREATE TABLE flag AS
WITH latest AS (
  SELECT user_id, suspended, flagged_at, undated, filename
  FROM read_parquet($paths, filename = true)
  WHERE suspended IS NOT NULL
  QUALIFY flagged_at = max(flagged_at) OVER (PARTITION BY user_id)
), since AS (
  SELECT *, max(filename) FILTER (WHERE undated) OVER (PARTITION BY user_id) AS first_file
  FROM latest
)
SELECT user_id, max(suspended) AS suspended, any_value(flagged_at) AS flagged_at
FROM since
WHERE filename >= coalesce(first_file, '')
GROUP BY user_id
ORDER BY user_id

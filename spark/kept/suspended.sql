-- Who is suspended once all folders were loaded in the order of their files' names, as sql/accepted/flags.sql says it for
-- the graph: by the latest date; of one date suspended wins, unless an undated folder came later.
CREATE TABLE suspended USING parquet AS
WITH dated AS (
  SELECT
    user_id,
    suspended,
    flagged_at,
    undated,
    input_file_name() AS file,
    max(flagged_at) OVER (PARTITION BY user_id) AS latest
  FROM kept_user
  WHERE suspended IS NOT NULL
),
since AS (
  SELECT user_id, suspended, file, max(file) FILTER (WHERE undated) OVER (PARTITION BY user_id) AS first_file
  FROM dated
  WHERE flagged_at = latest
)
SELECT user_id
FROM since
WHERE file >= coalesce(first_file, '')
GROUP BY user_id
HAVING max(suspended) = 1

-- The list that each via carries: its own closest connections. Others who are recommended to nobody are marked, see
-- listed.sql. Arrays of numbers take two thirds of what an array of structs takes when it is moved.
CREATE TABLE list USING parquet AS
SELECT via_id, entries.other_id AS others, entries.share AS shares, entries.mark AS marks
FROM (
  SELECT
    closest.user_id AS via_id,
    collect_list(struct(engaged_id AS other_id, s AS share, CAST(coalesce(mark, 0) AS TINYINT) AS mark)) AS entries
  FROM closest
  LEFT JOIN unwanted ON unwanted.user_id = engaged_id
  GROUP BY closest.user_id
)

-- The list that each via carries: its own closest connections. Others who are recommended to nobody are marked, see
-- listed.sql.
CREATE TABLE list USING parquet AS
SELECT
  closest.user_id AS via_id,
  collect_list(struct(engaged_id AS other_id, s AS share, coalesce(mark, 0) AS mark)) AS entries
FROM closest
LEFT JOIN unwanted ON unwanted.user_id = engaged_id
GROUP BY closest.user_id

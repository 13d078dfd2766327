-- The list that each via carries: its own closest connections. Others who are not good are marked, see listed.sql.
CREATE TABLE list USING parquet AS
SELECT
  closest.user_id AS via_id,
  collect_list(struct(engaged_id AS other_id, s AS share, CASE WHEN good.user_id IS NULL THEN 1 ELSE 0 END AS mark)) AS entries
FROM closest
LEFT JOIN good ON good.user_id = engaged_id
GROUP BY closest.user_id

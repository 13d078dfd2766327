-- The list that each via carries: its own closest connections.
CREATE TABLE list USING parquet AS
SELECT
  closest.user_id AS via_id,
  collect_list(struct(engaged_id AS other_id, s AS share, good.user_id IS NOT NULL AS is_good)) AS entries
FROM closest
LEFT JOIN good ON good.user_id = engaged_id
GROUP BY closest.user_id

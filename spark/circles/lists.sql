-- The list that each via carries: with whom the people around it engage.
CREATE TABLE list USING parquet AS
SELECT
  center_id AS via_id,
  collect_list(struct(other_id, share, good.user_id IS NOT NULL AS is_good)) AS entries
FROM alike
LEFT JOIN good ON good.user_id = other_id
GROUP BY center_id

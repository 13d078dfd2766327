-- The list that each via carries: with whom the people around it engage. Others who are not good
-- are marked, see second-degree/listed.sql.
CREATE TABLE list USING parquet AS
SELECT
  center_id AS via_id,
  collect_list(struct(other_id, share, CASE WHEN good.user_id IS NULL THEN 1 ELSE 0 END AS mark)) AS entries
FROM alike
LEFT JOIN good ON good.user_id = other_id
GROUP BY center_id

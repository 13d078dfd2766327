-- The list that each via carries: with whom the people around it engage. Others who are recommended
-- to nobody are marked, see second-degree/listed.sql.
CREATE TABLE list USING parquet AS
SELECT
  center_id AS via_id,
  collect_list(struct(other_id, share, coalesce(mark, 0) AS mark)) AS entries
FROM alike
LEFT JOIN unwanted ON unwanted.user_id = other_id
GROUP BY center_id

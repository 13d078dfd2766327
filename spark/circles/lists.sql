-- The list that each via carries: with whom the people around it engage. Others who are recommended
-- to nobody are marked, see second-degree/lists.sql and listed.sql.
CREATE TABLE list USING parquet AS
SELECT via_id, entries.other_id AS others, entries.share AS shares, entries.mark AS marks
FROM (
  SELECT
    center_id AS via_id,
    collect_list(struct(other_id, share, CAST(coalesce(mark, 0) AS TINYINT) AS mark)) AS entries
  FROM alike
  LEFT JOIN unwanted ON unwanted.user_id = other_id
  GROUP BY center_id
)

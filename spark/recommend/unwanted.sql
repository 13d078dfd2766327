-- Who is recommended to nobody, with the mark of the filter that catches them first: 3 undiscoverable, 2 inactive, 1
-- reputation.
CREATE TABLE unwanted USING parquet AS
SELECT user_id, max(mark) AS mark
FROM (
  SELECT user_id, 3 AS mark FROM hidden
  UNION ALL
  SELECT user_id, 2 FROM inactive
  UNION ALL
  SELECT user_id, 1 FROM bad
)
GROUP BY user_id

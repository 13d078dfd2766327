-- The popular: the 100 with whom most was done recently, or at all if nothing was recently, of those who may be
-- recommended; the share of each in 1e-7 of the first.
CREATE TABLE popular USING parquet AS
WITH received AS (
  SELECT engaged_id AS other_id, sum(s) AS s, sum(h) AS h
  FROM edge
  LEFT SEMI JOIN good ON good.user_id = engaged_id
  GROUP BY engaged_id
),
most AS (
  SELECT max(s) AS s, max(h) AS h FROM received
)
SELECT other_id, share
FROM (
  SELECT
    other_id,
    CASE WHEN most.h > 0 THEN received.h DIV (most.h DIV 10000000 + 1) ELSE received.s DIV (most.s DIV 10000000 + 1) END AS share
  FROM received
  CROSS JOIN most
)
WHERE share > 0
ORDER BY share DESC, other_id
LIMIT 100

-- The popular: the 100 with whom most was done recently, or at all if nothing was recently, of those who are good
-- and discoverable; the share of each in 1e-7 of the first. They may be inactive, and are marked then.
CREATE TABLE popular USING parquet AS
WITH received AS (
  SELECT engaged_id AS other_id, sum(s) AS s, sum(h) AS h
  FROM edge
  LEFT ANTI JOIN bad ON bad.user_id = engaged_id
  LEFT ANTI JOIN hidden ON hidden.user_id = engaged_id
  GROUP BY engaged_id
),
most AS (
  SELECT max(s) AS s, max(h) AS h FROM received
)
SELECT other_id, share, coalesce(mark, 0) AS mark
FROM (
  SELECT
    other_id,
    CASE WHEN most.h > 0 THEN received.h DIV (most.h DIV 10000000 + 1) ELSE received.s DIV (most.s DIV 10000000 + 1) END AS share
  FROM received
  CROSS JOIN most
)
LEFT JOIN unwanted ON unwanted.user_id = other_id
WHERE share > 0
ORDER BY share DESC, other_id
LIMIT 100

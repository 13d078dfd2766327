-- The circles around those vias: everybody x who has v among their ties, with what x's votes weigh; v's own count three times.
CREATE OR REPLACE TABLE member AS
WITH weight AS (
  -- round(10000 / sqrt(number of ties))
  SELECT
    u AS x,
    [10000, 7071, 5774, 5000, 4472, 4082, 3780, 3536, 3333, 3162, 3015, 2887, 2774, 2673, 2582, 2500, 2425, 2357, 2294, 2236][n] AS b
  FROM tie
  WHERE place = 1
)
SELECT tie.v, x, CAST(b AS BIGINT) AS b
FROM tie
JOIN weight ON weight.x = tie.u
WHERE tie.v IN (SELECT v FROM via)
UNION ALL
SELECT x, x, CAST(3 * b AS BIGINT)
FROM weight
WHERE x IN (SELECT v FROM via)

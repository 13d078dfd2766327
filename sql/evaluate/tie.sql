-- The 20 strongest ties of everybody, either direction counting; n is how many a user has.
CREATE OR REPLACE TABLE tie AS
SELECT u, v, place, count(*) OVER (PARTITION BY u) AS n
FROM (
  SELECT u, v, row_number() OVER (PARTITION BY u ORDER BY s DESC, v) AS place
  FROM (
    SELECT u, v, CAST(sum(s) AS BIGINT) AS s
    FROM (SELECT u, v, s FROM edge UNION ALL SELECT v, u, s FROM edge)
    GROUP BY u, v
  )
  QUALIFY place <= 20
)

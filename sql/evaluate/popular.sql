-- How popular those are who may be recommended, of late, or within the window if nobody is of late: 1e7 or less.
CREATE OR REPLACE TABLE popular AS
SELECT w, p, row_number() OVER (ORDER BY p DESC, w) AS place
FROM (
  SELECT w, g // ((max(g) OVER ()) // 10000000 + 1) AS p
  FROM (
    SELECT v AS w, CAST(CASE WHEN sum(sum(h)) OVER () > 0 THEN sum(h) ELSE sum(s) END AS BIGINT) AS g
    FROM edge
    SEMI JOIN catalogue ON catalogue.w = edge.v
    GROUP BY v
  )
)
WHERE p > 0

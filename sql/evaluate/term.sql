-- What speaks for whom, by source: the terms of which scores are sums, for the users of the batch.
CREATE OR REPLACE TABLE term AS
SELECT u, w, CAST(sum(share // n) AS BIGINT) AS x, 'circle' AS source
FROM via
SEMI JOIN batch USING (u)
JOIN alike USING (v)
WHERE u <> w
GROUP BY u, w
UNION ALL
SELECT u, w, coalesce(c, 10000000) * 3 * p // 100000000, 'popular'
FROM batch
LEFT JOIN (
  SELECT u, CAST(sum(300000000000 // den) AS BIGINT) // count(*) AS c
  FROM via
  JOIN mass USING (v)
  GROUP BY u
) USING (u)
JOIN popular ON popular.place <= 100
WHERE u <> w
UNION ALL
SELECT
  v, u,
  750000 * least(s, $fullWindow) // $fullWindow
    + CASE WHEN $fullEighth > 0 THEN 750000 * least(h, $fullEighth) // greatest($fullEighth, 1) ELSE 0 END,
  'engages-with-you'
FROM edge
SEMI JOIN batch ON batch.u = edge.v
ANTI JOIN stranger ON stranger.u = edge.v AND stranger.v = edge.u

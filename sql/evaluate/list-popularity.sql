-- The most popular ones by $kind of popularity: the same for everybody, but for those excluded.
INSERT INTO list
WITH most AS (
  -- Nobody has to go further down for 20.
  SELECT batch.u, 21 + count(excluded.w) AS places
  FROM batch
  LEFT JOIN excluded USING (u)
  GROUP BY batch.u
)
SELECT $ranking, each.u, each.w, value, row_number() OVER (PARTITION BY each.u ORDER BY popular_place) AS place
FROM (
  SELECT most.u, popularity.w, popularity.value, popularity.place AS popular_place
  FROM most
  JOIN popularity ON popularity.place <= most.places AND popularity.kind = $kind
) AS each
ANTI JOIN excluded ON excluded.u = each.u AND excluded.w = each.w
WHERE each.u <> each.w
QUALIFY place <= 20

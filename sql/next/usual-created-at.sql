-- The created_at that most rows of a table have, estimated from a small sample, in microseconds since 2000; null if the
-- table is empty.
SELECT (extract(epoch FROM created_at - timestamptz '2000-01-01 00:00:00Z') * 1000000)::float8 AS created
FROM (
  SELECT coalesce(
    (SELECT mode() WITHIN GROUP (ORDER BY created_at) FROM kith_shown.:"shown" TABLESAMPLE SYSTEM (1)),
    (SELECT created_at FROM kith_shown.:"shown" LIMIT 1)
  ) AS created_at
) AS usual
WHERE created_at IS NOT NULL;

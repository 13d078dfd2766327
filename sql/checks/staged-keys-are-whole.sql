-- No staged row has a null in its key or a null measure.
SELECT count(*) AS offending, min(line) AS example
FROM (
  SELECT c::text AS line FROM kith_staging.closest_connections AS c
  WHERE user_id IS NULL OR closest_connection IS NULL OR weight IS NULL OR rank IS NULL
  UNION ALL
  SELECT r::text FROM kith_staging.recommendations AS r
  WHERE user_id IS NULL OR rec_id IS NULL OR score IS NULL OR rank IS NULL
  UNION ALL
  SELECT s::text FROM kith_staging.rec_reasons AS s
  WHERE user_id IS NULL OR rec_id IS NULL OR reason_id IS NULL OR weight IS NULL
) AS broken;

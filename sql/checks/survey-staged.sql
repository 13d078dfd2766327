-- What is staged: the numbers of rows, and those with a null in their key or measures.
SELECT
  closest.rows AS closest,
  recommendations.rows AS recommendations,
  reasons.rows AS reasons,
  closest.broken + recommendations.broken + reasons.broken AS "whole keys",
  coalesce(closest.example, recommendations.example, reasons.example) AS "whole keys example"
FROM (
  SELECT count(*) AS rows,
    count(*) FILTER (WHERE user_id IS NULL OR closest_connection IS NULL OR weight IS NULL OR rank IS NULL) AS broken,
    min(c::text) FILTER (WHERE user_id IS NULL OR closest_connection IS NULL OR weight IS NULL OR rank IS NULL) AS example
  FROM kith_staging.closest_connections AS c
) AS closest
CROSS JOIN (
  SELECT count(*) AS rows,
    count(*) FILTER (WHERE user_id IS NULL OR rec_id IS NULL OR score IS NULL OR rank IS NULL) AS broken,
    min(r::text) FILTER (WHERE user_id IS NULL OR rec_id IS NULL OR score IS NULL OR rank IS NULL) AS example
  FROM kith_staging.recommendations AS r
) AS recommendations
CROSS JOIN (
  SELECT count(*) AS rows,
    count(*) FILTER (WHERE user_id IS NULL OR rec_id IS NULL OR reason_id IS NULL OR weight IS NULL) AS broken,
    min(s::text) FILTER (WHERE user_id IS NULL OR rec_id IS NULL OR reason_id IS NULL OR weight IS NULL) AS example
  FROM kith_staging.rec_reasons AS s
) AS reasons;

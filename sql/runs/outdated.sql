-- The runs whose folders are no longer kept: they ended more than $1 days ago, and the tables show another one.
SELECT id
FROM kith.runs
WHERE finished_at < clock_timestamp() - $1::integer * interval '1 day'
  AND status IN ('done', 'published', 'failed')
  AND id IS DISTINCT FROM (
    SELECT id FROM kith.runs WHERE status = 'published' ORDER BY finished_at DESC LIMIT 1
  );

-- The run that was published last before this one ($1 id), and whether its settings were the same ($2 settings).
SELECT id, settings = $2::jsonb AS is_comparable, closest_rows, recommendation_rows, reason_rows
FROM kith.runs
WHERE status = 'published'
  AND id <> $1
  AND finished_at < coalesce(
    (SELECT finished_at FROM kith.runs WHERE id = $1 AND status = 'published'),
    'infinity'
  )
ORDER BY finished_at DESC
LIMIT 1;

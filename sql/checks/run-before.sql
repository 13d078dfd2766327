-- The run that was published last before this one ($1 id), whether its settings were the same ($2 settings), how many
-- days lie between their as-ofs ($3 as-of), and whether something spoke against it.
SELECT
  id,
  settings = $2::jsonb AS is_comparable,
  extract(epoch FROM $3::timestamptz - as_of) / 86400 AS days,
  summary ? 'waived' AS is_doubtful,
  closest_rows,
  recommendation_rows,
  reason_rows
FROM kith.runs
WHERE status = 'published'
  AND id <> $1
  AND finished_at < coalesce(
    (SELECT finished_at FROM kith.runs WHERE id = $1 AND status = 'published'),
    'infinity'
  )
ORDER BY finished_at DESC
LIMIT 1;

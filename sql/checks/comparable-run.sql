-- The last published run with equal settings whose as-of is 1 to 7 days before this one's ($1 as-of, $2 settings).
SELECT id, closest_rows, recommendation_rows, reason_rows
FROM kith.runs
WHERE status = 'published'
  AND settings = $2::jsonb
  AND as_of BETWEEN $1::timestamptz - interval '7 days' AND $1::timestamptz - interval '1 day'
ORDER BY as_of DESC, finished_at DESC
LIMIT 1;

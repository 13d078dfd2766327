-- The queued runs ($1 how many), next one first, and how many there are in all.
SELECT id, as_of, input, queued_at, (count(*) OVER ())::float8 AS waiting
FROM kith.runs
WHERE status = 'queued'
ORDER BY queued_at, as_of, id
LIMIT $1;

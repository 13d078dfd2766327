-- How many runs are queued and running, and when the last one was published.
SELECT count(*) FILTER (WHERE status = 'queued')::integer AS queued, count(*) FILTER (WHERE status = 'running')::integer AS running,
  max(finished_at) FILTER (WHERE status = 'published') AS published_at
FROM kith.runs;

-- Who stands at the published tables, seen from the publishing connection; remember.sql comes first.
-- queued: how many tables are closed.
-- unfinished: transactions that hold a table (or wait with a snapshot that is older than their turn: COPY and EXECUTE take
-- theirs before they lock, a SELECT after) and might next see the other run. Left out are those that are known to see one run
-- whatever happens: SERIALIZABLE ones (told by the marks that they leave, SIReadLock), pg_dump, and snapshots that stand.
-- idle: between two statements, and the last one was not about a cursor; with a snapshot then, it is likely to see one run anyway.
WITH locks AS MATERIALIZED (
  SELECT pid, virtualtransaction, relation, mode, granted
  FROM pg_locks
  WHERE locktype IN ('relation', 'page', 'tuple')
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND pid <> pg_backend_pid()
),
published (name, relation) AS (
  VALUES
    ('closest-connections', 'graph_recs.closest_connections'::regclass),
    ('recommendations', 'graph_recs.recommendations'::regclass),
    ('rec-reasons', 'graph_recs.rec_reasons'::regclass)
),
present AS (
  SELECT pid, virtualtransaction,
    coalesce(array_agg(DISTINCT name) FILTER (WHERE granted), '{}') AS holds,
    min(name) FILTER (WHERE NOT granted) AS wants
  FROM locks
  JOIN published USING (relation)
  WHERE mode NOT IN ('SIReadLock', 'ShareUpdateExclusiveLock') -- The latter is VACUUM's and ANALYZE's.
  GROUP BY pid, virtualtransaction
),
known AS (
  SELECT present.*, usename, application_name, backend_type, state, query, xact_start, backend_xmin,
    format('%s since %s at %s', pid, xact_start, backend_xmin) AS snapshot
  FROM present
  LEFT JOIN pg_stat_activity USING (pid)
)
SELECT
  (SELECT count(*) FROM known WHERE pid = ANY (current_setting('kith.gate_queues')::integer[]) AND wants IS NOT NULL)::integer AS queued,
  coalesce(
    (
      SELECT json_agg(json_build_object(
        'pid', pid,
        'application', application_name,
        'user', usename,
        'since', xact_start,
        'hidden', state IS NULL,
        'holds', holds,
        'wants', wants,
        'snapshot', CASE WHEN backend_xmin IS NOT NULL THEN snapshot END,
        'idle', coalesce(state = 'idle in transaction' AND query !~* '^\s*(declare|fetch|move|close)\M', false)
      ) ORDER BY xact_start)
      FROM known
      WHERE pid <> ALL (current_setting('kith.gate_queues')::integer[])
        AND (holds <> '{}' OR query ~* '\m(copy|execute)\M')
        AND backend_type IS DISTINCT FROM 'autovacuum worker'
        AND application_name IS DISTINCT FROM 'pg_dump'
        AND NOT (backend_xmin IS NOT NULL AND snapshot = ANY (current_setting('kith.gate_snapshots')::text[]))
        AND NOT EXISTS (
          SELECT FROM locks
          WHERE mode = 'SIReadLock' AND locks.pid = known.pid AND locks.virtualtransaction = known.virtualtransaction
        )
    ),
    '[]'
  ) AS unfinished;

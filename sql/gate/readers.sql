-- Who stands at the published tables, but for Kith's own publishing connections ($1: the one that publishes, $2: those in the queues).
-- queued: how many of the three queues are taken.
-- unfinished: transactions that have read a table and might read another after the publish with a newer snapshot. A transaction that
-- idles and still holds a snapshot (backend_xmin) is REPEATABLE READ or SERIALIZABLE: it goes on seeing the run before
-- in all three tables, so nobody has to wait for it. SIReadLock is no lock but a mark that outlives its transaction.
WITH held AS (
  SELECT l.pid, l.granted
  FROM pg_locks AS l
  WHERE l.locktype = 'relation'
    AND l.mode <> 'SIReadLock'
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.relation IN (
      'graph_recs.closest_connections'::regclass,
      'graph_recs.recommendations'::regclass,
      'graph_recs.rec_reasons'::regclass
    )
)
SELECT
  (SELECT count(*) FROM held WHERE pid = ANY($2::integer[]) AND NOT granted) AS queued,
  coalesce(
    (
      SELECT json_agg(DISTINCT jsonb_build_object(
        'pid', h.pid,
        'application', a.application_name,
        'user', a.usename,
        'since', a.xact_start
      ))
      FROM held AS h
      LEFT JOIN pg_stat_activity AS a ON a.pid = h.pid
      WHERE h.granted
        AND h.pid IS DISTINCT FROM $1::integer
        AND NOT h.pid = ANY($2::integer[])
        AND a.backend_type IS DISTINCT FROM 'autovacuum worker'
        AND NOT coalesce(a.state = 'idle in transaction' AND a.backend_xmin IS NOT NULL, false)
    ),
    '[]'
  ) AS unfinished;

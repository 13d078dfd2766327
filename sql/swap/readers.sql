-- Whoever holds one of the published tables or waits for one. A lock on a table is kept until the transaction ends.
SELECT pid, usename AS user, application_name AS application, xact_start::text AS since
FROM (
  SELECT DISTINCT pid
  FROM pg_locks
  WHERE locktype = 'relation'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND mode <> 'SIReadLock' -- Kept by SERIALIZABLE transactions after their end; it is in nobody's way.
    AND relation IN (
      'graph_recs.closest_connections'::regclass, 'graph_recs.recommendations'::regclass, 'graph_recs.rec_reasons'::regclass,
      'kith_shown.closest_connections'::regclass, 'kith_shown.recommendations'::regclass, 'kith_shown.rec_reasons'::regclass
    )
    AND pid <> pg_backend_pid()
) AS present
LEFT JOIN pg_stat_activity USING (pid)
ORDER BY xact_start, pid;

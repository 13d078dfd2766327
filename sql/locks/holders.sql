-- Who has one of these tables ($1 their names) or their partitions open, or waits for one; the oldest transaction comes
-- first. A transaction keeps its lock on a table until it ends; a prepared transaction has no process.
WITH watched AS (
  SELECT to_regclass(name) AS relation FROM unnest($1::text[]) AS name
),
present AS (
  SELECT DISTINCT pid, virtualtransaction AS transaction
  FROM pg_locks
  WHERE locktype = 'relation'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND mode <> 'SIReadLock' -- SERIALIZABLE transactions keep it after they end, and it blocks nobody.
    AND relation IN (SELECT relation FROM watched UNION ALL SELECT inhrelid FROM pg_inherits JOIN watched ON inhparent = relation)
    AND pid IS DISTINCT FROM pg_backend_pid()
)
SELECT
  transaction,
  pid,
  usename AS user,
  application_name AS application,
  xact_start::text AS since,
  EXISTS (
    SELECT
    FROM pg_roles AS reader
    JOIN pg_roles AS readers ON readers.rolname = 'kith_readers'
    -- A superuser counts as a member of every role, and Kith's own role, which made this one, is a member of it, too.
    WHERE reader.oid = usesysid AND NOT reader.rolsuper AND NOT reader.rolcreaterole AND pg_has_role(reader.oid, readers.oid, 'MEMBER')
  ) AS "isReader"
FROM present
LEFT JOIN pg_stat_activity USING (pid)
ORDER BY xact_start, pid;

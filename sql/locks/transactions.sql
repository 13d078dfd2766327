-- The transactions that have one of these tables ($1 their names) open or wait for one, and whether they may still want
-- another published table: a transaction that has all of them only has to end. A transaction keeps its lock on a table
-- until it ends; see holders.sql.
WITH watched AS (
  SELECT pg_class.oid, relkind = 'p' AS published
  FROM unnest($1::text[]) AS name
  JOIN pg_class ON pg_class.oid = to_regclass(name)
)
SELECT
  virtualtransaction AS transaction,
  count(DISTINCT relation) FILTER (WHERE granted AND published) < (SELECT count(*) FROM watched WHERE published) AS "mayWantMore"
FROM pg_locks
JOIN (
  SELECT oid, published FROM watched
  UNION ALL
  SELECT inhrelid, false FROM pg_inherits JOIN watched ON inhparent = watched.oid
) AS watched ON watched.oid = relation
WHERE locktype = 'relation'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND mode <> 'SIReadLock'
  AND pid IS DISTINCT FROM pg_backend_pid()
GROUP BY virtualtransaction;

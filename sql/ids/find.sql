-- What user ids the tables hold, and whether that may change: before the first run, and after a reset.
SELECT
  CASE atttypid WHEN 'bigint'::regtype THEN 'bigint' ELSE 'int' END AS kind,
  NOT EXISTS (SELECT FROM kith.runs) AND NOT EXISTS (SELECT FROM graph_recs.closest_connections) AS "isFree"
FROM pg_attribute
WHERE attrelid = to_regclass('graph_recs.closest_connections') AND attname = 'user_id';

-- What user ids the tables hold, and whether that may change: before the first run, and after a reset. Ids that are texts
-- have a table that gives them back.
SELECT
  CASE
    WHEN atttypid <> 'bigint'::regtype THEN 'int'
    WHEN to_regclass('graph_recs.users') IS NULL THEN 'bigint'
    ELSE 'text'
  END AS kind,
  NOT EXISTS (SELECT FROM kith.runs) AND NOT EXISTS (SELECT FROM graph_recs.closest_connections) AS "isFree"
FROM pg_attribute
WHERE attrelid = to_regclass('graph_recs.closest_connections') AND attname = 'user_id';

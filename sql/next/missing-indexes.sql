-- The statements that give a table of kith_next ($1: its name) the indexes that users have made on the published one, or on its rows:
-- made during the swap, they would keep readers waiting. The names are Postgres' own.
SELECT format('CREATE %sINDEX ON kith_next.%I%s', CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END, $1::text, right(definition, -length(head)))
  AS statement
FROM pg_index
JOIN pg_class ON pg_class.oid = indexrelid
CROSS JOIN LATERAL pg_get_indexdef(indexrelid) AS definition
-- All of it before USING.
CROSS JOIN LATERAL format(
  'CREATE %sINDEX %I ON %s%s',
  CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END,
  relname,
  CASE WHEN relkind = 'I' THEN 'ONLY ' ELSE '' END,
  format('%I.%I', relnamespace::regnamespace::text, $1::text)
) AS head
WHERE indrelid IN (format('graph_recs.%I', $1::text)::regclass, format('kith_shown.%I', $1::text)::regclass)
  AND NOT indisprimary
  -- A part of an index on the published table.
  AND NOT relispartition
ORDER BY relname;

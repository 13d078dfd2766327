-- The statements that give a next table ($2) the key of its published table ($1), and the indexes that users have
-- created on that or on its partition. If the swap itself built the indexes, readers would have to wait for them.
-- Postgres chooses their names.
SELECT
  CASE
    WHEN indisprimary THEN format('ALTER TABLE kith_next.%I ADD %s', $2::text, pg_get_constraintdef(pg_constraint.oid))
    ELSE format('CREATE %sINDEX ON kith_next.%I %s', CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END, $2::text, definition)
  END AS statement
FROM pg_index
JOIN pg_class ON pg_class.oid = indexrelid
LEFT JOIN pg_constraint ON conindid = indexrelid AND contype = 'p'
CROSS JOIN LATERAL substring(pg_get_indexdef(indexrelid) FROM ' (USING .*)$') AS definition
WHERE NOT relispartition -- Not the partition's part of an index on the published table.
  AND (
    indrelid = format('graph_recs.%I', $1::text)::regclass
    OR NOT indisprimary
    AND indrelid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = format('graph_recs.%I', $1::text)::regclass)
  )
ORDER BY indisprimary DESC, relname;

-- What a swap would lose or fail on, while a merge in place does not: rows of a partition that nobody wrote set off no triggers and reach no
-- subscriber, and columns that others have added are filled by others.
SELECT DISTINCT obstacle
FROM pg_class AS lid
CROSS JOIN LATERAL (
  SELECT format('a trigger on %s', lid.oid::regclass)
  FROM pg_trigger WHERE tgrelid = lid.oid AND NOT tgisinternal
  UNION ALL
  SELECT format('a foreign key on %s', lid.oid::regclass)
  FROM pg_constraint WHERE contype = 'f' AND (conrelid = lid.oid OR confrelid = lid.oid)
  UNION ALL
  SELECT format('a unique constraint on %s', lid.oid::regclass)
  FROM pg_constraint WHERE contype IN ('u', 'x') AND conrelid = lid.oid
  UNION ALL
  SELECT format('the publication %s of %s', pubname, lid.oid::regclass)
  FROM pg_publication_tables
  WHERE schemaname IN ('graph_recs', 'kith_shown') AND tablename = lid.relname
  UNION ALL
  SELECT format('a column of others in %s', lid.oid::regclass)
  FROM pg_attribute
  WHERE attrelid = lid.oid AND attnum > 0 AND NOT attisdropped
    AND attname NOT IN ('user_id', 'closest_connection', 'rec_id', 'reason_id', 'weight', 'rank', 'score', 'created_at', 'updated_at')
  UNION ALL
  SELECT format('other partitions of %s', lid.oid::regclass)
  FROM pg_inherits
  WHERE inhparent = lid.oid AND inhrelid IS DISTINCT FROM to_regclass(format('kith_shown.%I', lid.relname))
) AS found (obstacle)
WHERE lid.oid IN ('graph_recs.closest_connections'::regclass, 'graph_recs.recommendations'::regclass, 'graph_recs.rec_reasons'::regclass)
ORDER BY obstacle;

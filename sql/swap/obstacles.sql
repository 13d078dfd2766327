-- What a swap would break or fail on ($1 the names of Kith's columns), and what to do about it.
WITH wanted (name) AS (
  VALUES ('graph_recs.closest_connections'), ('graph_recs.recommendations'), ('graph_recs.rec_reasons')
  UNION ALL
  SELECT 'graph_recs.users' WHERE to_regclass('graph_recs.users') IS NOT NULL
),
lid AS (
  SELECT pg_class.oid, relname, relforcerowsecurity, wanted.name FROM wanted JOIN pg_class ON pg_class.oid = to_regclass(wanted.name)
),
part AS (
  SELECT inhrelid AS oid, inhparent, relnamespace, inhrelid::regclass::text AS name, reltype
  FROM pg_inherits
  JOIN lid ON lid.oid = inhparent
  JOIN pg_class ON pg_class.oid = inhrelid
),
either AS (
  SELECT oid, name FROM lid
  UNION ALL
  SELECT oid, name FROM part
)
SELECT format('no table %s', name) AS obstacle, 'restore it from a backup' AS remedy
FROM wanted
WHERE to_regclass(name) IS NULL
UNION ALL
SELECT 'no view graph_recs.published_run', 'restore it from a backup'
WHERE to_regclass('graph_recs.published_run') IS NULL
UNION ALL
SELECT format('the foreign key %s of %s to %s', conname, conrelid::regclass, lid.name),
  format('ALTER TABLE %s DROP CONSTRAINT %I, since a run replaces all rows', conrelid::regclass, conname)
FROM lid
JOIN pg_constraint ON contype = 'f' AND confrelid = lid.oid
WHERE conparentid = 0
UNION ALL
SELECT format('the constraint %s of %s', conname, either.name), format('ALTER TABLE %s DROP CONSTRAINT %I', either.name, conname)
FROM either
JOIN pg_constraint ON contype IN ('f', 'u', 'x', 'c') AND conrelid = either.oid
WHERE conparentid = 0
UNION ALL
SELECT format('the trigger %s on %s', tgname, either.name), format('DROP TRIGGER %I ON %s, since no run sets it off', tgname, either.name)
FROM either
JOIN pg_trigger ON tgrelid = either.oid
WHERE NOT tgisinternal AND tgparentid = 0
UNION ALL
SELECT format('the rule %s on %s', rulename, either.name), format('DROP RULE %I ON %s, since no run sets it off', rulename, either.name)
FROM either
JOIN pg_rewrite ON ev_class = either.oid
UNION ALL
SELECT
  format('row-level security of %s that is forced on its owner', name),
  format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY, since the checks would not see all rows', name)
FROM lid
WHERE relforcerowsecurity
UNION ALL
SELECT DISTINCT format('the publication %s of %s', pubname, either.name),
  format(
    CASE WHEN puballtables THEN 'make %1$I one of single tables' ELSE 'ALTER PUBLICATION %1$I DROP TABLE %2$s, or its schema' END
      || ', since no subscriber would get the rows',
    pubname,
    either.name
  )
FROM either
JOIN pg_class ON pg_class.oid = either.oid
JOIN pg_publication_tables ON schemaname = pg_class.relnamespace::regnamespace::text AND tablename = pg_class.relname
JOIN pg_publication USING (pubname)
UNION ALL
SELECT format('the column %s of %s', attname, lid.name), format('ALTER TABLE %s DROP COLUMN %I, since no run fills it', lid.name, attname)
FROM lid
JOIN pg_attribute ON attrelid = lid.oid
WHERE attnum > 0 AND NOT attisdropped AND attname <> ALL ($1::text[]) AND NOT (lid.name = 'graph_recs.users' AND attname = 'id')
UNION ALL
SELECT format('the partition %s of %s', part.name, lid.name), format('ALTER TABLE %s DETACH PARTITION %s', lid.name, part.name)
FROM part
JOIN lid ON lid.oid = inhparent
WHERE part.relnamespace <> 'kith_shown'::regnamespace
UNION ALL
SELECT format('no rows in %s', lid.name), format('CREATE TABLE kith_shown.%I PARTITION OF %s DEFAULT', relname, lid.name)
FROM lid
WHERE oid NOT IN (SELECT inhparent FROM part)
UNION ALL
SELECT DISTINCT format('%s, which depends on %s', thing, part.name), format('let it depend on %s instead', lid.name)
FROM part
JOIN lid ON lid.oid = inhparent
JOIN pg_depend ON deptype = 'n' AND objid <> part.oid
  AND (
    refclassid = 'pg_class'::regclass AND refobjid = part.oid
    OR refclassid = 'pg_type'::regclass AND refobjid IN (SELECT unnest(ARRAY[oid, typarray]) FROM pg_type WHERE pg_type.oid = reltype)
  )
CROSS JOIN LATERAL (
  SELECT CASE
    WHEN classid = 'pg_rewrite'::regclass THEN (SELECT format('the view %s', ev_class::regclass) FROM pg_rewrite WHERE oid = objid)
    ELSE pg_describe_object(classid, objid, 0)
  END
) AS dependent (thing)
WHERE classid <> 'pg_constraint'::regclass
ORDER BY obstacle;

-- Makes the empty published tables anew with another type of ids (int4 or int8 in kith.id_type), since the type of a partition key
-- can't be changed in place. Columns, keys, indexes, comments and grants are as before.
DO $$
DECLARE
  id_type regtype := current_setting('kith.id_type')::regtype;
  name text;
  lid regclass;
  comment text;
  column_name text;
  definition text := pg_get_viewdef('graph_recs.recommendations_with_reasons'::regclass);
  privilege record;
  said record;
BEGIN
  CREATE TEMPORARY TABLE kith_privileges ON COMMIT DROP AS
  SELECT relname, grantee, privilege_type, is_grantable, NULL::name AS of_column
  FROM pg_class, aclexplode(relacl)
  WHERE relnamespace = 'graph_recs'::regnamespace AND grantee <> relowner
  UNION ALL
  SELECT relname, grantee, privilege_type, is_grantable, attname
  FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid, aclexplode(attacl)
  WHERE relnamespace = 'graph_recs'::regnamespace AND grantee <> relowner AND NOT attisdropped;
  CREATE TEMPORARY TABLE kith_comments ON COMMIT DROP AS
  SELECT attname, description
  FROM pg_description
  LEFT JOIN pg_attribute ON attrelid = objoid AND attnum = objsubid AND objsubid > 0
  WHERE objoid = 'graph_recs.recommendations_with_reasons'::regclass AND classoid = 'pg_class'::regclass;

  DROP VIEW graph_recs.recommendations_with_reasons;
  FOREACH name IN ARRAY ARRAY['closest_connections', 'recommendations', 'rec_reasons'] LOOP
    comment := obj_description(format('graph_recs.%I', name)::regclass, 'pg_class');
    EXECUTE format('CREATE TABLE kith_next.%I (LIKE graph_recs.%I INCLUDING ALL EXCLUDING STATISTICS)', name || '_ids', name);
    FOR column_name IN
      SELECT attname FROM pg_attribute
      WHERE attrelid = format('kith_next.%I', name || '_ids')::regclass
        AND attname IN ('user_id', 'closest_connection', 'rec_id', 'reason_id')
    LOOP
      EXECUTE format('ALTER TABLE kith_next.%I ALTER COLUMN %I TYPE %s', name || '_ids', column_name, id_type);
    END LOOP;
    EXECUTE format('DROP TABLE graph_recs.%I', name);
    EXECUTE format('ALTER TABLE kith_next.%I SET SCHEMA kith_shown', name || '_ids');
    EXECUTE format(
      'CREATE TABLE graph_recs.%I (LIKE kith_shown.%I INCLUDING ALL EXCLUDING STATISTICS) PARTITION BY RANGE (user_id)',
      name, name || '_ids'
    );
    lid := format('graph_recs.%I', name)::regclass;
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION kith_shown.%I DEFAULT', lid, name || '_ids');
    EXECUTE format('COMMENT ON TABLE %s IS %L', lid, comment);
  END LOOP;
  EXECUTE format('CREATE VIEW graph_recs.recommendations_with_reasons AS %s', definition);
  FOR said IN SELECT * FROM kith_comments LOOP
    IF said.attname IS NULL THEN
      EXECUTE format('COMMENT ON VIEW graph_recs.recommendations_with_reasons IS %L', said.description);
    ELSE
      EXECUTE format('COMMENT ON COLUMN graph_recs.recommendations_with_reasons.%I IS %L', said.attname, said.description);
    END IF;
  END LOOP;
  FOR privilege IN SELECT * FROM kith_privileges LOOP
    EXECUTE format(
      'GRANT %s%s ON graph_recs.%I TO %s%s',
      privilege.privilege_type,
      CASE WHEN privilege.of_column IS NULL THEN '' ELSE format(' (%I)', privilege.of_column) END,
      privilege.relname,
      CASE WHEN privilege.grantee = 0 THEN 'PUBLIC' ELSE privilege.grantee::regrole::text END,
      CASE WHEN privilege.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
    );
  END LOOP;

  TRUNCATE kith.past_lists, kith.past_recommendations;
  EXECUTE format('ALTER TABLE kith.past_lists ALTER COLUMN popular TYPE %s[]', id_type);
  EXECUTE format('ALTER TABLE kith.past_recommendations ALTER COLUMN user_id TYPE %s, ALTER COLUMN rec_ids TYPE %s[]', id_type, id_type);
END
$$;

-- Up Migration

-- Each published table becomes the lid of one partition that holds its rows: a publish makes the next partition beside (kith_next), puts
-- it into the place of the shown one (kith_shown) and drops that (kith_old). Name, columns, keys, grants and views are the lid's and stay.
-- Applications need no grants on these three schemas.
CREATE SCHEMA IF NOT EXISTS kith_next;
CREATE SCHEMA IF NOT EXISTS kith_shown;
CREATE SCHEMA IF NOT EXISTS kith_old;

-- From what each table of kith_next was made: the run's start, and the file of the staged rows, which is another one after each TRUNCATE.
CREATE TABLE kith.next_tables (
  name text PRIMARY KEY,
  run_started timestamptz NOT NULL,
  staged_file oid NOT NULL
);

DO $$
DECLARE
  name text;
  lid regclass;
  rows_of regclass;
  hanging text;
  dependent record;
  privilege record;
  column_list text;
BEGIN
  CREATE TEMPORARY TABLE kith_views (place text, view regclass, options text, definition text) ON COMMIT DROP;
  FOREACH name IN ARRAY ARRAY['closest_connections', 'recommendations', 'rec_reasons'] LOOP
    rows_of := format('graph_recs.%I', name)::regclass;
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', rows_of);

    -- What would stay with the rows that a later publish drops, and can't be moved.
    SELECT string_agg(DISTINCT pg_describe_object(classid, objid, 0), ', ') INTO hanging
    FROM pg_depend
    WHERE objid <> rows_of
      AND (
        refclassid = 'pg_class'::regclass AND refobjid = rows_of
        OR refclassid = 'pg_type'::regclass AND refobjid IN (
          SELECT unnest(ARRAY[pg_type.oid, typarray]) FROM pg_type WHERE typrelid = rows_of
        )
      )
      AND (
        classid IN ('pg_proc'::regclass, 'pg_policy'::regclass, 'pg_publication_rel'::regclass, 'pg_statistic_ext'::regclass)
        OR classid = 'pg_class'::regclass AND deptype = 'n'
        OR classid = 'pg_trigger'::regclass AND NOT EXISTS (SELECT FROM pg_trigger WHERE pg_trigger.oid = objid AND tgisinternal)
        OR classid = 'pg_constraint'::regclass AND EXISTS (
          SELECT FROM pg_constraint WHERE pg_constraint.oid = objid AND contype = 'f'
        )
        OR classid = 'pg_rewrite'::regclass AND NOT EXISTS (
          SELECT FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class WHERE pg_rewrite.oid = objid AND relkind = 'v'
        )
      );
    IF hanging IS NOT NULL THEN
      RAISE EXCEPTION '%: drop what hangs on graph_recs.%, run again, and make it again after that', hanging, name;
    END IF;

    -- A view's text names the table, so that it means the new one when it is made again; its own name, grants and readers stay.
    INSERT INTO kith_views
    SELECT DISTINCT name, ev_class::regclass, array_to_string(reloptions, ', '), pg_get_viewdef(ev_class)
    FROM pg_depend
    JOIN pg_rewrite ON pg_rewrite.oid = objid
    JOIN pg_class ON pg_class.oid = ev_class
    WHERE classid = 'pg_rewrite'::regclass AND refclassid = 'pg_class'::regclass AND refobjid = rows_of AND relkind = 'v';
  END LOOP;

  FOREACH name IN ARRAY ARRAY['closest_connections', 'recommendations', 'rec_reasons'] LOOP
    rows_of := format('graph_recs.%I', name)::regclass;
    EXECUTE format('ALTER TABLE %s SET SCHEMA kith_shown', rows_of);
    EXECUTE format('CREATE TABLE graph_recs.%I (LIKE %s INCLUDING ALL EXCLUDING STATISTICS) PARTITION BY RANGE (user_id)', name, rows_of);
    lid := format('graph_recs.%I', name)::regclass;
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s DEFAULT', lid, rows_of);
    EXECUTE format('COMMENT ON TABLE %s IS %L', lid, obj_description(rows_of, 'pg_class'));

    FOR privilege IN
      SELECT grantee, privilege_type, is_grantable, NULL::text AS of_column
      FROM pg_class, aclexplode(relacl)
      WHERE oid = rows_of AND grantee <> relowner
      UNION ALL
      SELECT grantee, privilege_type, is_grantable, attname
      FROM pg_attribute, aclexplode(attacl)
      WHERE attrelid = rows_of AND NOT attisdropped
    LOOP
      column_list := CASE WHEN privilege.of_column IS NULL THEN '' ELSE format(' (%I)', privilege.of_column) END;
      EXECUTE format(
        'GRANT %s%s ON %s TO %s%s',
        privilege.privilege_type,
        column_list,
        lid,
        CASE WHEN privilege.grantee = 0 THEN 'PUBLIC' ELSE privilege.grantee::regrole::text END,
        CASE WHEN privilege.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
      );
    END LOOP;
  END LOOP;

  FOR dependent IN SELECT DISTINCT view, options, definition FROM kith_views LOOP
    EXECUTE format(
      'CREATE OR REPLACE VIEW %s %s AS %s',
      dependent.view,
      CASE WHEN dependent.options IS NULL THEN '' ELSE format('WITH (%s)', dependent.options) END,
      dependent.definition
    );
  END LOOP;
END
$$;

-- Down Migration

DROP TABLE kith.next_tables;
DROP SCHEMA kith_next CASCADE;
DROP SCHEMA kith_old CASCADE;
ALTER TABLE graph_recs.closest_connections DETACH PARTITION kith_shown.closest_connections;
ALTER TABLE graph_recs.recommendations DETACH PARTITION kith_shown.recommendations;
ALTER TABLE graph_recs.rec_reasons DETACH PARTITION kith_shown.rec_reasons;
DROP TABLE graph_recs.closest_connections, graph_recs.recommendations, graph_recs.rec_reasons;
ALTER TABLE kith_shown.closest_connections SET SCHEMA graph_recs;
ALTER TABLE kith_shown.recommendations SET SCHEMA graph_recs;
ALTER TABLE kith_shown.rec_reasons SET SCHEMA graph_recs;
DROP SCHEMA kith_shown;

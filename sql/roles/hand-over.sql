-- Hands over to the heir what the role kith owns in this database, and the database. REASSIGN OWNED refuses to, for the
-- role that the server was made with. What depends on something else, such as the sequence of a column, goes with it.
BEGIN;
SET LOCAL lock_timeout = '10s';
DO $$
DECLARE
  kith constant oid := 'kith'::regrole;
  -- Those below belong to the server itself.
  first_own_oid constant oid := 16384;
  thing record;
BEGIN
  FOR thing IN
    SELECT CASE type WHEN 'statistics object' THEN 'statistics' ELSE type END AS type, identity
    FROM (
      SELECT 'pg_namespace'::regclass AS catalog, oid FROM pg_namespace WHERE nspowner = kith
      UNION ALL
      SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relowner = kith AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      UNION ALL
      SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE proowner = kith
      UNION ALL
      SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typowner = kith
      UNION ALL
      SELECT 'pg_statistic_ext'::regclass, oid FROM pg_statistic_ext WHERE stxowner = kith
    ) AS owned
    CROSS JOIN LATERAL pg_identify_object(catalog, owned.oid, 0)
    WHERE owned.oid >= first_own_oid
      AND NOT EXISTS (
        SELECT FROM pg_depend
        WHERE classid = catalog AND objid = owned.oid AND objsubid = 0 AND (deptype IN ('i', 'e') OR deptype = 'a' AND type = 'sequence')
      )
  LOOP
    EXECUTE format('ALTER %s %s OWNER TO kith_heir', thing.type, thing.identity);
  END LOOP;
  IF current_database() NOT IN ('postgres', 'template0', 'template1') AND kith = (SELECT datdba FROM pg_database WHERE datname = current_database()) THEN
    EXECUTE format('ALTER DATABASE %I OWNER TO kith_heir', current_database());
  END IF;
END
$$;
COMMIT;

-- The role whose members may read what is published, and nothing else. Called again, it may read what has been added.
DO $$
BEGIN
  IF to_regrole('kith_readers') IS NULL THEN
    CREATE ROLE kith_readers NOLOGIN;
  END IF;
END
$$;
GRANT USAGE ON SCHEMA graph_recs TO kith_readers;
GRANT SELECT ON ALL TABLES IN SCHEMA graph_recs TO kith_readers;

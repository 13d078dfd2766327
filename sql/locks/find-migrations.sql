-- Whether this database has been migrated before, and whether it has Kith's schema. Where it has, we need no right to
-- create one.
SELECT to_regclass('kith.migrations') IS NOT NULL AS "isMigrated", to_regnamespace('kith') IS NOT NULL AS "hasSchema";

-- The partition that holds the rows of graph_recs.users, where ids are texts.
SELECT relname AS name
FROM pg_inherits
JOIN pg_class ON pg_class.oid = inhrelid
WHERE inhparent = to_regclass('graph_recs.users') AND relnamespace = 'kith_shown'::regnamespace;

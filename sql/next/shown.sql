-- The partition that holds the rows of a published table ($1).
SELECT relname AS name
FROM pg_inherits
JOIN pg_class ON pg_class.oid = inhrelid
WHERE inhparent = format('graph_recs.%I', $1::text)::regclass AND relnamespace = 'kith_shown'::regnamespace;

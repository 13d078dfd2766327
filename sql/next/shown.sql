-- The partition that holds the rows of a published table ($1), and the type of its ids.
SELECT relname AS name, typname AS id
FROM pg_inherits
JOIN pg_class ON pg_class.oid = inhrelid
JOIN pg_attribute ON attrelid = inhrelid AND attname = 'user_id'
JOIN pg_type ON pg_type.oid = atttypid
WHERE inhparent = format('graph_recs.%I', $1::text)::regclass AND relnamespace = 'kith_shown'::regnamespace;

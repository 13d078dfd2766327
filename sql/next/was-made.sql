-- Whether kith_next has a table ($1: its name) that was made for this run ($2: its start) from the rows that are staged now.
SELECT 1 AS made
FROM kith.next_tables
WHERE name = $1
  AND run_started = $2
  AND staged_file = pg_relation_filenode(format('kith_staging.%I', $1::text)::regclass)
  AND to_regclass(format('kith_next.%I', $1::text)) IS NOT NULL;

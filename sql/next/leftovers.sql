-- Tables in kith_next that no run can publish.
SELECT relname AS name
FROM pg_class
WHERE relnamespace = 'kith_next'::regnamespace
  AND relkind = 'r'
  AND relname NOT IN (SELECT next_table FROM kith.next_tables)
ORDER BY relname;

-- The complete next tables of a run ($1), and for each the partition that is published now.
SELECT name, next_table AS next, shown_table AS shown, rows::float8 AS rows, findings,
  compared_with AS "comparedWith",
  (
    SELECT relname
    FROM pg_inherits
    JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = format('graph_recs.%I', name)::regclass AND relnamespace = 'kith_shown'::regnamespace
  ) AS "shownNow"
FROM kith.next_tables
WHERE run_id = $1;

-- Records a complete next table: the published table ($1), the run ($2), its name ($3), the published partition that
-- its created_at came from ($4), its number of rows ($5), what the checks have found in them ($6), and the next table
-- that they were compared with ($7).
INSERT INTO kith.next_tables (name, run_id, next_table, shown_table, rows, findings, compared_with)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (name) DO UPDATE
SET
  run_id = excluded.run_id,
  next_table = excluded.next_table,
  shown_table = excluded.shown_table,
  rows = excluded.rows,
  findings = excluded.findings,
  compared_with = excluded.compared_with;

-- A next table is whole: of which published one ($1), for which run ($2), its name ($3), the shown partition whose created_at it took ($4), its rows ($5).
INSERT INTO kith.next_tables (name, run_id, next_table, shown_table, rows)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (name) DO UPDATE
SET run_id = excluded.run_id, next_table = excluded.next_table, shown_table = excluded.shown_table, rows = excluded.rows;

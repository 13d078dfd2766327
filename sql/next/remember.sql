-- A table of kith_next ($1: its name) is made for a run ($2: its start).
INSERT INTO kith.next_tables (name, run_started, staged_file)
VALUES ($1, $2, pg_relation_filenode(format('kith_staging.%I', $1::text)::regclass))
ON CONFLICT (name) DO UPDATE SET run_started = excluded.run_started, staged_file = excluded.staged_file;

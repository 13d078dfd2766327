-- Its first rows.
SELECT COLUMNS(*)::VARCHAR FROM read_parquet($path) LIMIT CAST($most AS INTEGER)

-- Its first rows.
SELECT COLUMNS(*)::VARCHAR FROM read_parquet($path, hive_partitioning = false) LIMIT CAST($most AS INTEGER)

-- The rows of a Parquet file as texts; times with a zone are given in UTC.
SELECT COLUMNS(*)::VARCHAR FROM read_parquet($path, hive_partitioning = false)

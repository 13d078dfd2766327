-- The names of a Parquet file's columns, in their order.
SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet($path, hive_partitioning = false))

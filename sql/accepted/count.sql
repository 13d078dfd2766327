-- The number of rows in kept files.
SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata($paths)

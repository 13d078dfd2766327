INSERT INTO week_score SELECT * FROM read_parquet($path)

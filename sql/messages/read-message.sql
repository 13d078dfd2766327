INSERT INTO message SELECT * FROM read_parquet($path)

INSERT INTO model_use SELECT * FROM read_parquet($path)

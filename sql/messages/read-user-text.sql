INSERT INTO user_text SELECT * FROM read_parquet($path)

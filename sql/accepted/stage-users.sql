-- Kept users, and their flags, all the flags that were ever read.
INSERT INTO staged_user SELECT user_id, NULL, 0 FROM read_parquet($paths)

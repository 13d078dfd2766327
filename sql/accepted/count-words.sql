-- How many of the kept rows are words that end or forbid: types from 4 on.
SELECT count(*) FROM read_parquet($paths) WHERE type > 3

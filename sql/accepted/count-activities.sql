-- How many of the kept rows are activities, types up to 3; the others are words that end or forbid.
SELECT count(*) FROM read_parquet($paths) WHERE type <= 3

-- The users of every folder that its activities don't name, and those with a flag; the flag is null where there is none.
CREATE TEMPORARY VIEW kept_user AS
SELECT user_id, suspended, flagged_at, undated, _metadata.file_name AS file
FROM parquet.`${spark.kith.accepted}/*.users.parquet`

-- The users of every folder that its activities don't name, and those with a flag; the flag is null where there is none.
CREATE TEMPORARY VIEW kept_user
USING parquet OPTIONS (path '${spark.kith.accepted}', pathGlobFilter '*.users.parquet')

-- The users of every folder; the flag is null where there is none.
CREATE TEMPORARY VIEW kept_user
USING parquet OPTIONS (path '${spark.kith.accepted}', pathGlobFilter '*.users.parquet')

-- The activities that were ever accepted, of every folder: one may be in several of them.
CREATE TEMPORARY VIEW kept_activity
USING parquet OPTIONS (path '${spark.kith.accepted}', pathGlobFilter '*.activities.parquet')

-- The activities that were ever accepted, of every folder: one may be in several of them.
CREATE TEMPORARY VIEW kept_activity AS
SELECT user_id, engaged_id, type, instant, message_id FROM parquet.`${spark.kith.accepted}/*.activities.parquet`

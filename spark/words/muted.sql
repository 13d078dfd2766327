-- Who mutes whom as of the run, see blocked.sql.
CREATE TABLE muted USING parquet AS
SELECT DISTINCT mute.user_id, mute.other_id
FROM word AS mute
LEFT ANTI JOIN word AS unmute
  ON unmute.type = 8
  AND unmute.user_id = mute.user_id
  AND unmute.other_id = mute.other_id
  AND unmute.instant > mute.instant
  AND unmute.instant <= ${spark.kith.asOf}L
WHERE mute.type = 6
  AND mute.instant <= ${spark.kith.asOf}L
  AND (mute.until < 0 OR mute.until > ${spark.kith.asOf}L)

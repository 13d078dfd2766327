-- The activities that count for something: not between two of whom one blocks the other, not from a muter to the muted, and no
-- follow that has ended, and nothing that has expired. One may be there several times.
CREATE TEMPORARY VIEW activity AS
SELECT type, user_id, engaged_id, instant, message_id
FROM kept_activity
LEFT ANTI JOIN (SELECT user_id, other_id AS engaged_id FROM blocked UNION ALL SELECT user_id, other_id FROM muted) AS barred
  USING (user_id, engaged_id)
LEFT ANTI JOIN ended
  ON kept_activity.type = 0
  AND ended.user_id = kept_activity.user_id
  AND ended.other_id = kept_activity.engaged_id
  AND ended.until >= kept_activity.instant
WHERE type = 0 OR (type <= 3 AND instant > ${spark.kith.horizon}L)

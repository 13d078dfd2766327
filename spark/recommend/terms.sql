-- The terms of all scores. Lists are moved to where all of their user's are before they are taken apart.
CREATE TEMPORARY VIEW term AS
SELECT
  user_id,
  entry.other_id AS other_id,
  coalesce(reason_id, entry.other_id) AS reason_id,
  source,
  mark,
  entry.is_good AS is_good,
  entry.share * times DIV by AS units
FROM (SELECT /*+ REPARTITION(user_id) */ user_id, reason_id, source, mark, times, by, entries FROM listed)
LATERAL VIEW explode(entries) AS entry

-- The terms of all scores. Lists are moved to where all of their user's are before they are taken apart.
CREATE TEMPORARY VIEW term AS
SELECT
  user_id,
  other_id,
  coalesce(reason_id, other_id) AS reason_id,
  source,
  marks[place] AS mark,
  shares[place] * times DIV by AS units
FROM (SELECT /*+ REPARTITION(user_id) */ user_id, reason_id, source, times, by, others, shares, marks FROM listed)
LATERAL VIEW posexplode(others) AS place, other_id

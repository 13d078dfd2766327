-- How many activities there are of each type, how many are later than the run's as-of ($asOf, epoch seconds) and how many
-- lie before its window ($start, exclusive), the newest of all, the newest up to a day after the as-of, and the oldest of all; both
-- parameters are null if no run is meant.
SELECT
  type,
  count(*) AS activities,
  count(*) FILTER (WHERE instant > $asOf) AS later,
  count(*) FILTER (WHERE instant <= $start) AS before_window,
  max(instant) AS newest,
  max(instant) FILTER (WHERE instant <= $asOf + 86400) AS newest_near,
  min(instant) AS oldest
FROM activity
GROUP BY type

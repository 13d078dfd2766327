-- How many activities there are of each type, how many are later than the run's as-of ($asOf, epoch seconds) and how many
-- lie before its window ($start, exclusive), and the newest; both are null if no run is meant.
SELECT
  type,
  count(*) AS activities,
  count(*) FILTER (WHERE instant > $asOf) AS later,
  count(*) FILTER (WHERE instant <= $start) AS before_window,
  max(instant) AS newest
FROM activity
GROUP BY type

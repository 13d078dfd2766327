-- How many activities there are of each type, how many are later than the run's as-of ($asOf, epoch seconds) and how many
-- lie before its window ($start, exclusive), the oldest and the newest of all, the newest up to a day after the as-of, and up to
-- a day after that or the folder's date ($folderDate), whichever is later. $start and $asOf are null if no run is meant,
-- $folderDate if the folder's name is no date.
SELECT
  type,
  count(*) AS activities,
  count(*) FILTER (WHERE instant > $asOf) AS later,
  count(*) FILTER (WHERE instant <= $start) AS before_window,
  min(instant) AS oldest,
  max(instant) AS newest,
  max(instant) FILTER (WHERE instant <= $asOf + 86400) AS newest_near,
  max(instant) FILTER (WHERE instant <= greatest($asOf, $folderDate) + 86400) AS newest_near_folder
FROM activity
GROUP BY type

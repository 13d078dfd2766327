-- The instant of the first activity.
SELECT min(instant)
FROM moment

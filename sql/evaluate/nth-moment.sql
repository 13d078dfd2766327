-- The instant of the activity before which there are $before others.
SELECT instant
FROM moment
LIMIT 1 OFFSET $before

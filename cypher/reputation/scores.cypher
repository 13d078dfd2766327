// The scores of the users with $first <= userId < $end, as two parallel lists in one row, by user.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end AND u.reputation IS NOT NULL
WITH u.userId AS id, u.reputation AS pred
ORDER BY id
RETURN collect(id) AS ids, collect(pred) AS preds

// The first user id of each range of $size users, in order, for working range by range.
MATCH (u:User)
WITH u.userId AS id
ORDER BY id
WITH collect(id) AS ids
UNWIND range(0, size(ids) - 1, $size) AS i
RETURN ids[i] AS first

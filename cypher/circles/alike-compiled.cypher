// The same as alike.cypher, by Kith's plugin, which finds members by a look at everybody's ties.
MATCH (v:User)
WHERE v.userId >= $first AND v.userId < $end
WITH collect(v) AS users
CALL kith.alike(users)
RETURN size(users) AS users

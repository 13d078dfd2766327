// The closest connections of the users with $first <= userId < $end, a user a row: as lists they arrive three times faster
// than as one row each (300,000 against 100,000 connections/s).
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end
MATCH (u)-[c:CLOSEST_TO]->(v)
WITH u, v, c
ORDER BY c.rank
RETURN u.userId AS userId, collect(v.userId) AS closest, collect(c.weight) AS weights

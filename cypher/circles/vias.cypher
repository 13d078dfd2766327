// The vias of the users with $first <= userId < $end, their first 10 ties: for the check that reasons are among them.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end AND u.ties IS NOT NULL
RETURN u.userId AS userId, u.ties[..10] AS others

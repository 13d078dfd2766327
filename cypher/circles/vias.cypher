// The vias of the users with $first <= userId < $end: their first 10 ties without those of $busy who are not among the
// user's closest connections. For the check that reasons are among them.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end AND u.ties IS NOT NULL
RETURN u.userId AS userId, [id IN u.ties WHERE NOT id IN $busy OR id IN coalesce(u.closest, [])][..10] AS others

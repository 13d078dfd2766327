// The users with $first <= userId < $end who have a score; those not in the run's list will lose it.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end AND u.reputation IS NOT NULL
RETURN u.userId AS userId

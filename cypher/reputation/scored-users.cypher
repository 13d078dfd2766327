// Who has a score among the users with $first <= userId < $end: whoever is absent from the run's list loses it.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end AND u.reputation IS NOT NULL
RETURN u.userId AS userId

// Whom the users with $first <= userId < $end follow since $asOf or before, a user a row: for the check that nobody of them is recommended.
// To hand the recommended in, to be asked for here, takes three times as long: they are more, and sending is dearer than reading.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end
MATCH (u)-[f:FOLLOWED]->(w)
WHERE f.at <= $asOf
RETURN u.userId AS userId, collect(DISTINCT w.userId) AS followed

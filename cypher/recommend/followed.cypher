// Whom the users with $first <= userId < $end follow since $asOf or before, a user a row: for the check that none of them is recommended.
// Sending the recommended here to be asked for takes longer: docs/ideas-tried.md#recommendations.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end
MATCH (u)-[f:FOLLOWED]->(w)
WHERE f.at <= $asOf
RETURN u.userId AS userId, collect(DISTINCT w.userId) AS followed

// How many of the recommended ($recommended: [[userId, [recId, …]], …]) the user followed at or before $asOf.
UNWIND $recommended AS row
MATCH (u:User {userId: row[0]})-[f:FOLLOWED]->(w:User)
WHERE f.at <= $asOf AND w.userId IN row[1]
RETURN count(DISTINCT [u, w]) AS offending, min(u.userId) AS userId

// Follows: $rows is [[userId, engaged userId, epoch seconds], …] sorted by user. A follow has no message,
// and MERGE with a null property is an error, so follows have this statement of their own.
UNWIND $rows AS row
MATCH (u:User {userId: row[0]})
MATCH (v:User {userId: row[1]})
MERGE (u)-[:FOLLOWED {at: row[2]}]->(v)

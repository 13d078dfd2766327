// Replies: $rows is [[userId, engaged userId, epoch seconds, messageId], …] sorted by user; one relationship per distinct row.
// Sorted rows keep the same user's relationships together.
UNWIND $rows AS row
MATCH (u:User {userId: row[0]})
MATCH (v:User {userId: row[1]})
MERGE (u)-[:REPLIED_TO {at: row[2], messageId: row[3]}]->(v)

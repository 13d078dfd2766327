// Sets users' flags as they are known from all folders together: $users is [[userId, suspended, epoch seconds], …].
UNWIND $users AS row
MATCH (u:User {userId: row[0]})
SET u.suspended = row[1], u.flaggedAt = row[2]

// Users of a day's folder: $users is [[userId, suspended or null], …], $flaggedAt the folder's date in epoch seconds.
// A null flag (user.csv does not say it) leaves what is known; a flag of an earlier folder never replaces a later one's,
// and of folders of one date suspended wins, as it does within a folder: they may arrive in any order. A folder that is not
// named by a date ($undated) has only its arrival to be later by: it replaces flags of the same instant.
UNWIND $users AS row
MERGE (u:User {userId: row[0]})
ON CREATE SET u.suspended = false
WITH u, row[1] AS suspended
WHERE suspended IS NOT NULL
  AND (
    u.flaggedAt IS NULL
    OR u.flaggedAt < $flaggedAt
    OR (u.flaggedAt = $flaggedAt AND u.suspended <> suspended AND (suspended OR $undated))
  )
SET u.suspended = suspended, u.flaggedAt = $flaggedAt

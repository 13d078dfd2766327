// Writes a run's list of scores ($scores: [[userId, pred], …]) to the users it names; users who are not in the graph are skipped.
UNWIND $scores AS row
MATCH (u:User {userId: row[0]})
WHERE u.reputation IS NULL OR u.reputation <> row[1]
WITH u, row[1] AS pred, u.reputation IS NULL AS isNew
SET u.reputation = pred
RETURN count(CASE WHEN isNew THEN true END) AS added

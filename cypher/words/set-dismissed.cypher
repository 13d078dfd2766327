// Sets on everybody whose recommendation they have dismissed after $since, and at or before $asOf: `dismissed`, a list of user
// ids.
MATCH (u:User)-[d:DISMISSED]->(v:User)
WHERE d.at > $since AND d.at <= $asOf
WITH u, collect(DISTINCT v.userId) AS others
SET u.dismissed = others

// Sets on everybody whom they mute as of $asOf: `muted`, a list of user ids. See set-blocked.cypher.
MATCH (u:User)-[m:MUTED]->(v:User)
WHERE m.at <= $asOf
  AND coalesce(m.until > $asOf, true)
  AND NOT EXISTS {
    MATCH (u)-[x:UNMUTED]->(v)
    WHERE x.at <= $asOf AND x.at > m.at
  }
WITH u, collect(DISTINCT v.userId) AS others
SET u.muted = others

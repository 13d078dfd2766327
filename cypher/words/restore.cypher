// Makes at most $limit activities that were set aside activities again; repeated until none is left. One that is there already
// stays the only one.
MATCH (u:User)-[a:SET_ASIDE]->(v:User)
WITH u, a, v
LIMIT $limit
CALL (u, a, v) {
  WITH *
  WHERE NOT EXISTS {
    MATCH (u)-[r]->(v)
    WHERE type(r) = a.type AND r.at = a.at AND coalesce(r.messageId, -1) = coalesce(a.messageId, -1)
  }
  CREATE (u)-[r:$(a.type) {at: a.at}]->(v)
  SET r.messageId = a.messageId
}
WITH a
DELETE a
RETURN count(*) AS restored

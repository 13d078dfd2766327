// Creates the words of a type that are not there yet: $type is that of the relationships, such as BLOCKED, and $words is
// [[userId, other userId, epoch seconds, end in epoch seconds or null], …].
UNWIND $words AS word
MATCH (u:User {userId: word[0]})
MATCH (v:User {userId: word[1]})
CALL (u, v, word) {
  WITH *
  WHERE NOT EXISTS {
    MATCH (u)-[w]->(v)
    WHERE type(w) = $type AND w.at = word[2] AND coalesce(w.until, -1) = coalesce(word[3], -1)
  }
  CREATE (u)-[w:$($type) {at: word[2]}]->(v)
  SET w.until = word[3]
}

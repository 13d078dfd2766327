// The same as merge-like.cypher and its siblings, by Kith's plugin: $type is the relationships' type.
CALL kith.merge($type, $users) YIELD added
RETURN added

// Whose this graph is; no row if it is no network's yet.
MATCH (n:Network)
RETURN n.id AS id

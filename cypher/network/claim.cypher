// Makes this graph that of the network $id, unless it is a network's already. Returns whose it is.
MERGE (n:Network)
ON CREATE SET n.id = $id
RETURN n.id AS id

// Makes this graph that of the network $id, unless it is a network's already. Returns whose it is. The constraint makes the
// second of two who ask at once wait for the first.
MERGE (n:Network {only: true})
ON CREATE SET n.id = $id
RETURN n.id AS id

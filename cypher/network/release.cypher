// This graph is no network's any more.
MATCH (n:Network)
DELETE n

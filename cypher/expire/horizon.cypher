// How far back the graph is complete: all activities but follows may be missing at or before this instant (epoch seconds). Null if
// nothing is missing, as in a graph without users.
MATCH (h:Horizon)
WHERE EXISTS { MATCH (:User) }
RETURN max(h.at) AS horizon

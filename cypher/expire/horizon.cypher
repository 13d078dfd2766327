// How far back the graph is complete: at or before this instant (epoch seconds) all activities but follows may be missing. Null: nothing
// is. A graph without users lacks nothing.
MATCH (h:Horizon)
WHERE EXISTS { MATCH (:User) }
RETURN max(h.at) AS horizon

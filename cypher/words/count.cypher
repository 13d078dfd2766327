// How many relationships there are that say what ends or is forbidden, and how many activities are set aside for them,
// from the store's own counts.
CALL () { MATCH ()-[r:UNFOLLOWED]->() RETURN count(r) AS unfollowed }
CALL () { MATCH ()-[r:BLOCKED]->() RETURN count(r) AS blocked }
CALL () { MATCH ()-[r:MUTED]->() RETURN count(r) AS muted }
CALL () { MATCH ()-[r:DISMISSED]->() RETURN count(r) AS dismissed }
CALL () { MATCH ()-[r:STILL_FOLLOWED]->() RETURN count(r) AS snapshots }
CALL () { MATCH ()-[r:HIDDEN]->() RETURN count(r) AS hidden }
CALL () { MATCH ()-[r:SET_ASIDE]->() RETURN count(r) AS aside }
RETURN unfollowed, blocked, muted, dismissed, snapshots, hidden, aside

// The size of the graph, from the store's own counts, without reading any node.
CALL () { MATCH (u:User) RETURN count(u) AS users }
CALL () { MATCH ()-[r:FOLLOWED]->() RETURN count(r) AS followed }
CALL () { MATCH ()-[r:REPLIED_TO]->() RETURN count(r) AS replied }
CALL () { MATCH ()-[r:LIKED]->() RETURN count(r) AS liked }
CALL () { MATCH ()-[r:MENTIONED]->() RETURN count(r) AS mentioned }
CALL () { MATCH ()-[r:SET_ASIDE]->() RETURN count(r) AS aside }
CALL () { MATCH ()-[r:CLOSEST_TO]->() RETURN count(r) AS closest }
RETURN users, followed, replied, liked, mentioned, aside, closest

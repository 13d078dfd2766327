// Removes at most $limit activities of the users with $first <= userId < $end that the horizon has passed, those that are set
// aside included. Follows stay: whoever is followed is never recommended, however old the follow. The horizon is the graph's
// own; a graph imported since has none, and nothing is removed.
MATCH (h:Horizon)
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end
MATCH (u)-[r:REPLIED_TO|LIKED|MENTIONED|SET_ASIDE]->()
WHERE r.at <= h.at AND coalesce(r.type, type(r)) <> 'FOLLOWED'
WITH r
LIMIT $limit
DELETE r
RETURN count(*) AS removed

// Removes at most $limit activities of the users with $first <= userId < $end that the horizon has passed. Follows stay:
// whoever is followed is never recommended, however old the follow. The horizon is the graph's own; a graph imported since has none, and
// nothing is removed.
MATCH (h:Horizon)
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end
MATCH (u)-[r:REPLIED_TO|LIKED|MENTIONED]->()
WHERE r.at <= h.at
WITH r
LIMIT $limit
DELETE r
RETURN count(*) AS removed

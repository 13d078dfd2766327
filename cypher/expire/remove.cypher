// Removes at most $limit activities of the users with $first <= userId < $end that the horizon has passed. Follows stay: whom one follows
// is never recommended, however long ago it was. The horizon is the graph's own: in one that was imported since there is none, and nothing
// is removed.
MATCH (h:Horizon)
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end
MATCH (u)-[r:REPLIED_TO|LIKED|MENTIONED]->()
WHERE r.at <= h.at
WITH r
LIMIT $limit
DELETE r
RETURN count(*) AS removed

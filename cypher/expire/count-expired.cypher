// How many activities of the users with $first <= userId < $end a horizon at $at (epoch seconds) would let go, those that
// are set aside included.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end
MATCH (u)-[r:REPLIED_TO|LIKED|MENTIONED|SET_ASIDE]->()
WHERE r.at <= $at AND coalesce(r.type, type(r)) <> 'FOLLOWED'
RETURN count(*) AS expired

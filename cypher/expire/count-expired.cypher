// How many activities of the users with $first <= userId < $end a horizon at $at (epoch seconds) would let go.
MATCH (u:User)
WHERE u.userId >= $first AND u.userId < $end
MATCH (u)-[r:REPLIED_TO|LIKED|MENTIONED]->()
WHERE r.at <= $at
RETURN count(*) AS expired

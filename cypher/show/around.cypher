// With whom user $userId has to do: everybody who is not suspended and with whom there is an activity, in either direction,
// in the $window of seconds before $asOf.
MATCH (v:User {userId: $userId})-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]-(x)
WHERE r.at > $asOf - $window AND r.at <= $asOf AND NOT x.suspended
RETURN collect(DISTINCT x.userId) AS around

// Who has done nothing after $since and at or before $asOf.
MATCH (u:User)
WHERE NOT EXISTS {
  MATCH (u)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]->()
  WHERE r.at > $since AND r.at <= $asOf
}
RETURN collect(u.userId) AS inactive

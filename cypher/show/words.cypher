// What words say between user $userId and $recId as of $asOf, each with its time or null: the newest block of each by the
// other, mute, unfollow and dismissal that counts; the newest whole list of follows that lacks one; the first follow after
// $asOf; and whom the lists of cypher/words bar for the user.
MATCH (u:User {userId: $userId})
MATCH (w:User {userId: $recId})
CALL (u, w) {
  MATCH (u)-[b:BLOCKED]->(w)
  WHERE w.userId IN coalesce(u.blocked, []) AND b.at <= $asOf AND coalesce(b.until > $asOf, true)
    AND NOT EXISTS {
      MATCH (u)-[x:UNBLOCKED]->(w)
      WHERE x.at <= $asOf AND x.at > b.at
    }
  RETURN max(b.at) AS blockedAt
}
CALL (u, w) {
  MATCH (u)<-[b:BLOCKED]-(w)
  WHERE w.userId IN coalesce(u.blocked, []) AND b.at <= $asOf AND coalesce(b.until > $asOf, true)
    AND NOT EXISTS {
      MATCH (u)<-[x:UNBLOCKED]-(w)
      WHERE x.at <= $asOf AND x.at > b.at
    }
  RETURN max(b.at) AS blockedByAt
}
CALL (u, w) {
  MATCH (u)-[m:MUTED]->(w)
  WHERE w.userId IN coalesce(u.muted, []) AND m.at <= $asOf AND coalesce(m.until > $asOf, true)
  RETURN max(m.at) AS mutedAt
}
CALL (u, w) {
  MATCH (u)-[d:DISMISSED]->(w)
  WHERE w.userId IN coalesce(u.dismissed, []) AND d.at <= $asOf
  RETURN max(d.at) AS dismissedAt
}
CALL (u, w) {
  MATCH (u)-[f:FOLLOWED]->(w)
  WHERE f.at > $asOf
  RETURN min(f.at) AS followedLaterAt
}
CALL (u, w) {
  MATCH (u)-[x:UNFOLLOWED]->(w)
  WHERE x.at <= $asOf
  RETURN max(x.at) AS unfollowedAt
}
CALL (u, w) {
  MATCH (u)-[x:STILL_FOLLOWED]->()
  WHERE x.at <= $asOf
  WITH DISTINCT u, w, x.at AS at
  WHERE NOT EXISTS {
    MATCH (u)-[s:STILL_FOLLOWED]->(w)
    WHERE s.at = at
  }
  AND EXISTS {
    MATCH (u)-[a:SET_ASIDE {type: 'FOLLOWED'}]->(w)
    WHERE a.at <= at
  }
  RETURN max(at) AS lackedAt
}
RETURN
  blockedAt,
  blockedByAt,
  mutedAt,
  dismissedAt,
  followedLaterAt,
  w.userId IN coalesce(u.followedSince, []) AS isFollowedSince,
  unfollowedAt,
  lackedAt,
  coalesce(w.hidden, false) AS isHidden,
  coalesce(u.blocked, []) + coalesce(u.muted, []) + coalesce(u.followedSince, []) + coalesce(u.dismissed, []) AS barred

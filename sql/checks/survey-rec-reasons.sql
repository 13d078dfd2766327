-- One pass over the reasons ($1 the run's start, $2 suspended users, $3 the ranking's sources). For each check it returns the number of offending
-- rows and an example. Every reason must be one of the user's closest connections, and its weight that of its
-- connection to the recommended user.
SELECT
  count(*) FILTER (WHERE reason.updated_at <> $1 OR reason.created_at > $1) AS "one run",
  min(format('rec_reasons: updated %s, created %s', reason.updated_at, reason.created_at))
    FILTER (WHERE reason.updated_at <> $1 OR reason.created_at > $1) AS "one run example",
  count(*) FILTER (WHERE reason.user_id = rec_id OR reason.user_id = reason_id OR rec_id = reason_id) AS "no self",
  min(format('user %s', reason.user_id))
    FILTER (WHERE reason.user_id = rec_id OR reason.user_id = reason_id OR rec_id = reason_id) AS "no self example",
  count(*) FILTER (WHERE reason_id::bigint = ANY ($2::bigint[])) AS "no suspended",
  min(format('user %s', reason_id)) FILTER (WHERE reason_id::bigint = ANY ($2::bigint[])) AS "no suspended example",
  count(*) FILTER (WHERE source <> ALL ($3::text[])) AS sources,
  min(format('user %s, recommended %s: %s', reason.user_id, rec_id, source)) FILTER (WHERE source <> ALL ($3::text[])) AS "sources example",
  count(*) FILTER (WHERE near.user_id IS NULL OR far.weight IS DISTINCT FROM reason.weight) AS reasons,
  min(format('user %s, recommended %s, reason %s', reason.user_id, rec_id, reason_id))
    FILTER (WHERE near.user_id IS NULL OR far.weight IS DISTINCT FROM reason.weight) AS "reasons example"
FROM :"rec_reasons" AS reason
LEFT JOIN :"closest_connections" AS near
  ON near.user_id = reason.user_id AND near.closest_connection = reason.reason_id
LEFT JOIN :"closest_connections" AS far
  ON far.user_id = reason.reason_id AND far.closest_connection = reason.rec_id;

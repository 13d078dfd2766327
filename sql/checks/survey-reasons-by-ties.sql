-- As survey-rec-reasons.sql, for a ranking whose reasons are the user's ties or the recommended user ($1 the run's start,
-- $2 suspended users, $3 what a row's source may be, $4 the source that comes by ties). pg_temp.vias holds everybody's
-- ties. A reason that is neither is wrong, and so is one by a tie that is none.
SELECT
  count(*) FILTER (WHERE reason.updated_at <> $1 OR reason.created_at > $1) AS "one run",
  min(format('rec_reasons: updated %s, created %s', reason.updated_at, reason.created_at))
    FILTER (WHERE reason.updated_at <> $1 OR reason.created_at > $1) AS "one run example",
  count(*) FILTER (WHERE reason.user_id = rec_id OR reason.user_id = reason_id) AS "no self",
  min(format('user %s', reason.user_id)) FILTER (WHERE reason.user_id = rec_id OR reason.user_id = reason_id) AS "no self example",
  count(*) FILTER (WHERE reason_id::bigint = ANY ($2::bigint[])) AS "no suspended",
  min(format('user %s', reason_id)) FILTER (WHERE reason_id::bigint = ANY ($2::bigint[])) AS "no suspended example",
  count(*) FILTER (WHERE source <> ALL ($3::text[])) AS sources,
  min(format('user %s, recommended %s: %s', reason.user_id, rec_id, source)) FILTER (WHERE source <> ALL ($3::text[])) AS "sources example",
  count(*) FILTER (WHERE is_wrong) AS reasons,
  min(format('user %s, recommended %s, reason %s', reason.user_id, rec_id, reason_id)) FILTER (WHERE is_wrong) AS "reasons example"
FROM :"rec_reasons" AS reason
LEFT JOIN pg_temp.vias AS via ON via.user_id = reason.user_id AND via.other_id = reason_id
CROSS JOIN LATERAL (
  SELECT (starts_with(source, $4) AND via.user_id IS NULL) OR (source <> $4 AND reason_id <> rec_id) AS is_wrong
) AS judged;

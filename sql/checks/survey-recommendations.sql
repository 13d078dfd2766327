-- One pass over the recommendations; see survey-closest-connections.sql ($1 the run's start, $2 suspended users, $3 the
-- ranking's sources).
SELECT
  coalesce(sum(of_other_runs), 0) AS "one run", min(format('recommendations: user %s', user_id)) FILTER (WHERE of_other_runs > 0) AS "one run example",
  coalesce(sum(selfish), 0) AS "no self", min(format('user %s', user_id)) FILTER (WHERE selfish > 0) AS "no self example",
  coalesce(sum(suspended), 0) AS "no suspended", min(format('user %s', user_id)) FILTER (WHERE suspended > 0) AS "no suspended example",
  coalesce(sum(nowhere), 0) AS sources, min(format('user %s', user_id)) FILTER (WHERE nowhere > 0) AS "sources example",
  count(*) FILTER (WHERE rows > 20 OR first_rank <> 1 OR last_rank <> rows OR ranks <> (1::bigint << rows::integer) - 1) AS "short lists",
  min(format('user %s: %s rows, ranks from %s to %s', user_id, rows, first_rank, last_rank))
    FILTER (WHERE rows > 20 OR first_rank <> 1 OR last_rank <> rows OR ranks <> (1::bigint << rows::integer) - 1) AS "short lists example"
FROM (
  SELECT
    user_id,
    count(*) AS rows,
    count(*) FILTER (WHERE updated_at <> $1 OR created_at > $1) AS of_other_runs,
    count(*) FILTER (WHERE user_id = rec_id) AS selfish,
    count(*) FILTER (WHERE rec_id::bigint = ANY ($2::bigint[]) OR user_id::bigint = ANY ($2::bigint[])) AS suspended,
    count(*) FILTER (WHERE source <> ALL ($3::text[])) AS nowhere,
    min(rank) AS first_rank,
    max(rank) AS last_rank,
    bit_or(1::bigint << (rank - 1)) AS ranks
  FROM :"recommendations"
  GROUP BY user_id
) AS lists;

-- One pass over the closest connections for all checks of single rows and single lists ($1 the run's start, $2
-- suspended users). For each check it returns the number of offending rows (for lists: of users) and an example. Ranks
-- must be 1, 2, 3 …: taken as bits, they form a row of ones.
SELECT
  coalesce(sum(of_other_runs), 0) AS "one run", min(format('closest_connections: user %s', user_id)) FILTER (WHERE of_other_runs > 0) AS "one run example",
  coalesce(sum(selfish), 0) AS "no self", min(format('user %s', user_id)) FILTER (WHERE selfish > 0) AS "no self example",
  coalesce(sum(suspended), 0) AS "no suspended", min(format('user %s', user_id)) FILTER (WHERE suspended > 0) AS "no suspended example",
  count(*) FILTER (WHERE rows > 50 OR first_rank <> 1 OR last_rank <> rows OR ranks <> (1::bigint << rows::integer) - 1) AS "short lists",
  min(format('user %s: %s rows, ranks from %s to %s', user_id, rows, first_rank, last_rank))
    FILTER (WHERE rows > 50 OR first_rank <> 1 OR last_rank <> rows OR ranks <> (1::bigint << rows::integer) - 1) AS "short lists example"
FROM (
  SELECT
    user_id,
    count(*) AS rows,
    count(*) FILTER (WHERE updated_at <> $1 OR created_at > $1) AS of_other_runs,
    count(*) FILTER (WHERE user_id = closest_connection) AS selfish,
    count(*) FILTER (WHERE closest_connection::bigint = ANY ($2::bigint[]) OR user_id::bigint = ANY ($2::bigint[])) AS suspended,
    min(rank) AS first_rank,
    max(rank) AS last_rank,
    bit_or(1::bigint << (rank - 1)) AS ranks
  FROM :"closest_connections"
  GROUP BY user_id
) AS lists;

-- How many kept activities a horizon at $horizon (epoch seconds) would let go, and how many there are, without those that one at
-- $before (null: none) has let go. Follows (type 0) never go.
SELECT count(*) FILTER (WHERE type > 0 AND instant <= CAST($horizon AS BIGINT)), count(*)
FROM read_parquet($paths)
WHERE type <= 3 AND (type = 0 OR instant > coalesce(CAST($before AS BIGINT), -9223372036854775808))

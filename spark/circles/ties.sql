-- Everybody's 20 ties: the largest sums of the edges in both directions, equal ones by lower id, without whom
-- they mute; n is how many there are.
CREATE TABLE tie USING parquet AS
SELECT user_id, other_id, rank, count(*) OVER (PARTITION BY user_id) AS n
FROM (
  SELECT user_id, other_id, row_number() OVER (PARTITION BY user_id ORDER BY s DESC, other_id) AS rank
  FROM (
    SELECT user_id, other_id, sum(s) AS s
    FROM (
      SELECT user_id, engaged_id AS other_id, s FROM edge
      UNION ALL
      SELECT engaged_id, user_id, s FROM edge
    )
    LEFT ANTI JOIN muted USING (user_id, other_id)
    GROUP BY user_id, other_id
  )
)
WHERE rank <= 20

-- Through whom people are recommended: one's first ten ties, strangers passed over; n is how many there are.
CREATE TABLE via USING parquet AS
SELECT user_id, via_id, least(n, 10) AS n
FROM (
  SELECT
    user_id,
    other_id AS via_id,
    row_number() OVER (PARTITION BY user_id ORDER BY rank) AS place,
    count(*) OVER (PARTITION BY user_id) AS n
  FROM tie
  LEFT ANTI JOIN stranger USING (user_id, other_id)
)
WHERE place <= 10

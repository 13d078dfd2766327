-- With whom the people around somebody engage: the 50 largest sums of voice × vote, equal ones by lower id, and the share
-- of each in 1e-7, rounded down. A vote is 2 where the engagement is recent.
CREATE TABLE alike USING parquet AS
SELECT center_id, other_id, num DIV mass * 10000000 + num % mass * 10000000 DIV mass AS share
FROM (
  SELECT center_id, other_id, num, row_number() OVER (PARTITION BY center_id ORDER BY num DESC, other_id) AS rank
  FROM (
    SELECT center_id, engaged_id AS other_id, sum(voice * CASE WHEN h > 0 THEN 2 ELSE 1 END) AS num
    FROM member
    JOIN closest ON closest.user_id = member_id
    GROUP BY center_id, engaged_id
  )
)
JOIN mass USING (center_id)
WHERE rank <= 50

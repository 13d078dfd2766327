-- Over whom recommendations reach the users who were drawn: each one's first 10 ties, strangers passed over.
CREATE OR REPLACE TABLE via AS
SELECT u, v, CAST(least(count(*) OVER (PARTITION BY u), 10) AS BIGINT) AS n
FROM tie
SEMI JOIN person USING (u)
ANTI JOIN stranger USING (u, v)
QUALIFY row_number() OVER (PARTITION BY u ORDER BY place) <= 10

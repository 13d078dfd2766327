-- Over whom recommendations reach the users who were drawn: each one's first 10 ties.
CREATE OR REPLACE TABLE via AS
SELECT u, v, least(n, 10) AS n
FROM tie
SEMI JOIN person USING (u)
WHERE place <= 10

-- What all votes around a via weigh, with three members who vote for nobody.
CREATE OR REPLACE TABLE mass AS
SELECT v, CAST(sum(b) AS BIGINT) + 30000 AS den
FROM member
GROUP BY v

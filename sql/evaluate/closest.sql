-- The 50 closest connections of everybody; one that was engaged with lately votes twice.
CREATE OR REPLACE TABLE closest AS
SELECT u, v, s, CASE WHEN h > 0 THEN 2 ELSE 1 END AS vote
FROM edge
QUALIFY row_number() OVER (PARTITION BY u ORDER BY s DESC, v) <= 50

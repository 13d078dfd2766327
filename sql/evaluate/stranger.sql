-- Who does not count for whom: every v who engages with u, and with more than $strangersAtMost people in all, and is not
-- among the closest connections of u. Whoever is a tie of u without engaging with u is among those anyway.
CREATE OR REPLACE TABLE stranger AS
SELECT edge.v AS u, edge.u AS v
FROM edge
SEMI JOIN (SELECT u FROM edge GROUP BY u HAVING count(*) > $strangersAtMost) AS busy ON busy.u = edge.u
ANTI JOIN closest ON closest.u = edge.v AND closest.v = edge.u

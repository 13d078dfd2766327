-- Who may be recommended: everybody seen up to the cut who is good, where there is a list of scores; with the number of users who
-- engaged with them, and their place by that.
CREATE OR REPLACE TABLE catalogue AS
SELECT w, degree, row_number() OVER (ORDER BY degree DESC, w) AS place
FROM (
  SELECT w, sum(engaged) AS degree
  FROM (SELECT v AS w, 1 AS engaged FROM pair UNION ALL SELECT DISTINCT u, 0 FROM pair)
  GROUP BY w
)
WHERE NOT $isFiltered OR w IN (SELECT user_id FROM score WHERE pred >= $least)

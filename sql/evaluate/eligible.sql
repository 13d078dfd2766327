-- Who can be evaluated: everybody with a new partner, and whether they did nothing before the cut.
SELECT u, u NOT IN (SELECT u FROM pair) AS cold
FROM (SELECT DISTINCT u FROM new_partner)
ORDER BY u

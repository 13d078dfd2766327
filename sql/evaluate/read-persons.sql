-- The users who were drawn: activities up to the cut, and new partners after it.
SELECT u, coalesce(before.activities, 0) AS activities, coalesce(after.partners, 0) AS partners
FROM person
LEFT JOIN (SELECT u, sum(activities) AS activities FROM pair GROUP BY u) AS before USING (u)
LEFT JOIN (SELECT u, count(*) AS partners FROM new_partner GROUP BY u) AS after USING (u)
ORDER BY u

-- How many votes the circles of all vias have.
SELECT count(*)
FROM member
JOIN closest ON closest.u = member.x

-- How many may be recommended, and how many users had done something by the cut.
SELECT (SELECT count(*) FROM catalogue), (SELECT count(DISTINCT u) FROM pair)

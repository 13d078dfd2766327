-- Everything that makes scores, in lists: a share counts share × times DIV by for its other. Whom a filter drops is marked,
-- in a list of its own with a share of 0 if need be, see recommend/marked.sql and unwanted.sql. The highest mark is the
-- filter that catches first.
CREATE TEMPORARY VIEW listed AS
SELECT user_id, via_id AS reason_id, 0 AS source, 1L AS times, 1L AS by, others, shares, marks
FROM via
JOIN list USING (via_id)
UNION ALL
SELECT user_id, NULL, 0, 1L, 1L, array(other_id), array(0L), array(CAST(mark AS TINYINT)) FROM marked

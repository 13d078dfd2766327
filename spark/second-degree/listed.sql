-- Everything that makes scores, in lists: an entry counts share × times DIV by for its other. Whom a filter drops is marked,
-- in an entry of its own with a share of 0 if need be, see recommend/marked.sql and unwanted.sql. The highest mark is the
-- filter that catches first.
CREATE TEMPORARY VIEW listed AS
SELECT user_id, via_id AS reason_id, 0 AS source, 1L AS times, 1L AS by, entries
FROM via
JOIN list USING (via_id)
UNION ALL
SELECT user_id, NULL, 0, 1L, 1L, array(struct(other_id, 0L AS share, mark)) FROM marked

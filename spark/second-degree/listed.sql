-- Everything that makes scores, in lists: an entry counts share × times DIV by for its other. Whom a filter drops is there
-- with a share of 0 and a mark (2 followed, 1 engaged).
CREATE TEMPORARY VIEW listed AS
SELECT user_id, via_id AS reason_id, 0 AS source, 0 AS mark, 1L AS times, 1L AS by, entries
FROM via
JOIN list USING (via_id)
UNION ALL
SELECT user_id, NULL, 0, 2, 1L, 1L, array(struct(other_id, 0L AS share, false AS is_good)) FROM followed
UNION ALL
SELECT user_id, NULL, 0, 1, 1L, 1L, array(struct(other_id, 0L AS share, false AS is_good)) FROM engaged

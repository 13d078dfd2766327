-- Everything that makes scores, in lists, see second-degree/listed.sql. Sources: 0 circle, 1 popular, 2 engages-with-you;
-- the reason of the latter two, and of marks, is the other themself.
CREATE TEMPORARY VIEW listed AS
SELECT user_id, via_id AS reason_id, 0 AS source, 1L AS times, n AS by, others, shares, marks
FROM via
JOIN list USING (via_id)
UNION ALL
SELECT user_id, NULL, 1, 3 * coalesce(c, 10000000L), 100000000L, others, shares, marks
FROM known_user
LEFT ANTI JOIN suspended USING (user_id)
LEFT JOIN (
  SELECT user_id, sum(300000000000 DIV mass) DIV count(*) AS c
  FROM via
  JOIN mass ON center_id = via_id
  GROUP BY user_id
) USING (user_id)
CROSS JOIN (
  SELECT entries.other_id AS others, entries.share AS shares, entries.mark AS marks
  FROM (SELECT collect_list(struct(other_id, share, CAST(mark AS TINYINT) AS mark)) AS entries FROM popular)
)
UNION ALL
SELECT
  engaged_id,
  NULL,
  2,
  1L,
  1L,
  array(edge.user_id),
  array(
    750000 * least(s, ${spark.kith.one}L) DIV ${spark.kith.one}L
      + CASE
        WHEN ${spark.kith.window}L DIV 8 > 0 THEN
          750000 * least(h, ${spark.kith.window}L DIV 8 * 1000) DIV (${spark.kith.window}L DIV 8 * 1000)
        ELSE 0
      END
  ),
  array(CAST(coalesce(mark, 0) AS TINYINT))
FROM edge
LEFT ANTI JOIN stranger ON stranger.user_id = edge.engaged_id AND stranger.other_id = edge.user_id
LEFT JOIN unwanted ON unwanted.user_id = edge.user_id
UNION ALL
SELECT user_id, NULL, 0, 1L, 1L, array(other_id), array(0L), array(CAST(mark AS TINYINT)) FROM marked

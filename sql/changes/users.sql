-- Users who have recommendations or would have some, and those of them whose first five would change, or their order.
SELECT count(*)::float8 AS users, count(*) FILTER (WHERE shown.best IS DISTINCT FROM next.best)::float8 AS "topFive"
FROM (
  SELECT user_id, array_agg(rec_id ORDER BY rank) AS best
  FROM graph_recs.recommendations
  WHERE rank <= 5
  GROUP BY user_id
) AS shown
FULL JOIN (
  SELECT user_id, array_agg(rec_id ORDER BY rank) AS best
  FROM :"recommendations"
  WHERE rank <= 5
  GROUP BY user_id
) AS next USING (user_id);

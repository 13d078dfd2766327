-- Recommendations that would be new, would be gone, and would have another rank.
SELECT
  count(*) FILTER (WHERE shown.user_id IS NULL)::float8 AS added,
  count(*) FILTER (WHERE next.user_id IS NULL)::float8 AS gone,
  count(*) FILTER (WHERE shown.rank <> next.rank)::float8 AS moved
FROM graph_recs.recommendations AS shown
FULL JOIN :"recommendations" AS next USING (user_id, rec_id);

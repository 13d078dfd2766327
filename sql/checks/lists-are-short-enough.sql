-- No user has more than 50 closest connections or more than 20 recommendations, and ranks count 1, 2, 3 …
SELECT count(*) AS offending, min(format('user %s: %s rows, ranks up to %s', user_id, listed, last_rank)) AS example
FROM (
  SELECT user_id, count(*) AS listed, count(DISTINCT rank) AS ranks, max(rank) AS last_rank, 50 AS most
  FROM graph_recs.closest_connections GROUP BY user_id
  UNION ALL
  SELECT user_id, count(*), count(DISTINCT rank), max(rank), 20
  FROM graph_recs.recommendations GROUP BY user_id
) AS lists
WHERE listed > most OR ranks <> listed OR last_rank <> listed;

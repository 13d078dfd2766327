-- Keeps what a run ($1 id) recommends, and the 20 most popular: those whose weights sum highest in closest_connections,
-- equal ones by lower id. A reset waits for it, or it finds no run any more. Returns nothing if the tables show
-- another run (all rows of one have its updated_at), or nothing.
WITH run AS (
  SELECT id, as_of, started_at
  FROM kith.runs
  WHERE id = $1 AND started_at = (SELECT updated_at FROM graph_recs.closest_connections LIMIT 1)
  FOR KEY SHARE
),
list AS (
  INSERT INTO kith.past_lists (run_id, as_of, popular)
  SELECT id, as_of, ARRAY(
    SELECT closest_connection
    FROM graph_recs.closest_connections
    GROUP BY closest_connection
    ORDER BY sum(weight) DESC, closest_connection
    LIMIT 20
  )
  FROM run
  RETURNING id
),
kept AS (
  INSERT INTO kith.past_recommendations (list_id, user_id, rec_ids)
  SELECT list.id, user_id, array_agg(rec_id ORDER BY rank)
  FROM graph_recs.recommendations
  CROSS JOIN list
  GROUP BY list.id, user_id
)
SELECT id FROM list;

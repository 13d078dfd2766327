-- Empties everything that runs have left in Postgres. DELETE, not TRUNCATE: a reader with an older snapshot goes on seeing its rows.
WITH closest AS (DELETE FROM graph_recs.closest_connections RETURNING 1),
  recommendations AS (DELETE FROM graph_recs.recommendations RETURNING 1),
  reasons AS (DELETE FROM graph_recs.rec_reasons RETURNING 1),
  staged_closest AS (DELETE FROM kith_staging.closest_connections),
  staged_recommendations AS (DELETE FROM kith_staging.recommendations),
  staged_reasons AS (DELETE FROM kith_staging.rec_reasons),
  runs AS (DELETE FROM kith.runs RETURNING 1)
SELECT
  (SELECT count(*) FROM closest) AS closest,
  (SELECT count(*) FROM recommendations) AS recommendations,
  (SELECT count(*) FROM reasons) AS reasons,
  (SELECT count(*) FROM runs) AS runs;

-- How many rows are staged.
SELECT
  (SELECT count(*) FROM kith_staging.closest_connections) AS closest,
  (SELECT count(*) FROM kith_staging.recommendations) AS recommendations,
  (SELECT count(*) FROM kith_staging.rec_reasons) AS reasons;

-- The run that is published, and how many rows it has; bigints as texts, since a double would not hold all of them.
SELECT
  run_id AS run,
  to_char(as_of AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "asOf",
  to_char(published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "publishedAt",
  filtered,
  settings ->> 'ranking' AS ranking,
  closest_rows::text AS "closestRows",
  recommendation_rows::text AS "recommendationRows",
  reason_rows::text AS "reasonRows"
FROM graph_recs.published_run;

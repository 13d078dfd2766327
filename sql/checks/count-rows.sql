-- The number of rows of each table.
SELECT
  (SELECT count(*) FROM :"closest_connections") AS closest,
  (SELECT count(*) FROM :"recommendations") AS recommendations,
  (SELECT count(*) FROM :"rec_reasons") AS reasons;

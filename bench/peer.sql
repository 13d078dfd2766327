-- The three tables in DuckDB's SQL, from the files of a day (the variable input) to three CSV files (in the folder out): the yardstick of bench/higgs.ts.
-- Linear decay, bases 1, window 90 days, as of the folder's date; nobody suspended, no reputation.
SET VARIABLE as_of = epoch(strptime(right(getvariable('input'), 8), '%Y%m%d'))::BIGINT;

CREATE TABLE activity AS
SELECT DISTINCT type, source, target, message, instant
FROM (
  SELECT 'follow' AS type, column0 AS source, column1 AS target, NULL::BIGINT AS message, epoch(column2)::BIGINT AS instant
  FROM read_csv(getvariable('input') || '/follow.csv*', header = false)
  UNION ALL
  SELECT 'reply', column0, column1, column2, epoch(column3)::BIGINT FROM read_csv(getvariable('input') || '/reply.csv*', header = false)
  UNION ALL
  SELECT 'like', column0, column1, column2, epoch(column3)::BIGINT FROM read_csv(getvariable('input') || '/like.csv*', header = false)
  UNION ALL
  SELECT 'mention', column0, column1, column2, epoch(column3)::BIGINT FROM read_csv(getvariable('input') || '/mention.csv*', header = false)
)
WHERE source <> target;

CREATE TABLE closest AS
WITH edge AS (
  SELECT source, target, sum(7776000 - (getvariable('as_of') - instant)) AS weight
  FROM activity
  WHERE instant > getvariable('as_of') - 7776000
    AND instant <= getvariable('as_of')
  GROUP BY source, target
)
SELECT source, target, weight
FROM edge
QUALIFY row_number() OVER (PARTITION BY source ORDER BY weight DESC, target) <= 50;

CREATE TABLE recommendations AS
WITH candidate AS (
  SELECT near.source AS user_id, far.target AS rec_id, sum(far.weight) AS score
  FROM closest AS near
  JOIN closest AS far ON far.source = near.target
  WHERE near.source <> far.target
  GROUP BY near.source, far.target
)
SELECT user_id, rec_id, score
FROM candidate
ANTI JOIN (SELECT DISTINCT source, target FROM activity WHERE type = 'follow') AS followed
  ON followed.source = candidate.user_id AND followed.target = candidate.rec_id
QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY score DESC, rec_id) <= 20;

CREATE TABLE reasons AS
SELECT r.user_id, r.rec_id, near.target AS reason_id, far.weight
FROM recommendations AS r
JOIN closest AS near ON near.source = r.user_id
JOIN closest AS far ON far.source = near.target AND far.target = r.rec_id;

COPY (SELECT source, target, weight / 7776000.0 FROM closest ORDER BY ALL) TO (getvariable('out') || '/closest.csv');
COPY (SELECT user_id, rec_id FROM recommendations ORDER BY ALL) TO (getvariable('out') || '/recommendations.csv');
COPY (SELECT user_id, rec_id, reason_id, weight / 7776000.0 FROM reasons ORDER BY ALL) TO (getvariable('out') || '/reasons.csv');

-- The three tables of the ranking second-degree from those of peer.sql, to three CSV files. Variables: as_of (epoch seconds), out (a folder).
-- Linear decay, bases 1, window 90 days, no reputation. What it writes is not sorted, since nothing asks for it.

CREATE TABLE closest AS
WITH edge AS (
  SELECT source, target, sum(7776000 - (getvariable('as_of') - instant)) AS weight
  FROM activity
  WHERE instant > getvariable('as_of') - 7776000
    AND instant <= getvariable('as_of')
    AND source <> target
  GROUP BY source, target
)
SELECT source, target, weight
FROM edge
ANTI JOIN suspended AS doer ON doer.user_id = edge.source
ANTI JOIN suspended AS receiver ON receiver.user_id = edge.target
QUALIFY row_number() OVER (PARTITION BY source ORDER BY weight DESC, target) <= 50;

CREATE TABLE recommendations AS
WITH candidate AS (
  SELECT near.source AS user_id, far.target AS rec_id, sum(far.weight) AS score
  FROM closest AS near
  JOIN closest AS far ON far.source = near.target
  WHERE near.source <> far.target
  GROUP BY near.source, far.target
)
SELECT user_id, rec_id, score, 'second-degree' AS source
FROM candidate
ANTI JOIN (
  SELECT DISTINCT source, target
  FROM activity
  WHERE type = 'follow'
    AND instant <= getvariable('as_of')
) AS followed
  ON followed.source = candidate.user_id AND followed.target = candidate.rec_id
QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY score DESC, rec_id) <= 20;

CREATE TABLE reasons AS
SELECT r.user_id, r.rec_id, near.target AS reason_id, far.weight, 'second-degree' AS source
FROM recommendations AS r
JOIN closest AS near ON near.source = r.user_id
JOIN closest AS far ON far.source = near.target AND far.target = r.rec_id;

COPY (SELECT source, target, weight / 7776000.0 FROM closest) TO (getvariable('out') || '/closest.csv');
COPY (SELECT user_id, rec_id FROM recommendations) TO (getvariable('out') || '/recommendations.csv');
COPY (SELECT user_id, rec_id, reason_id, weight / 7776000.0 FROM reasons) TO (getvariable('out') || '/reasons.csv');

-- A score or a reason's weight as it is published.
CREATE MACRO decimal_score(score) AS decimal_weight(score);

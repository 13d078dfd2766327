-- The three tables of the ranking circles from those of peer.sql, to three CSV files. Variables: as_of (epoch seconds), out (a folder).
-- Linear decay, bases 1, window 90 days and its last eighth (972,000 seconds), no reputation, no settings. Not sorted, as peer-second-degree.sql.

-- Thousandths of seconds, as for everything here that is not a score; scores are in 1e-7.
CREATE TABLE edge AS
WITH pair AS (
  SELECT
    source, target,
    sum(1000 * (7776000 - (getvariable('as_of') - instant)))::BIGINT AS weight,
    sum(1000 * greatest(0, 972000 - (getvariable('as_of') - instant)))::BIGINT AS late
  FROM activity
  WHERE instant > getvariable('as_of') - 7776000
    AND instant <= getvariable('as_of')
    AND source <> target
  GROUP BY source, target
)
SELECT source, target, weight, late
FROM pair
ANTI JOIN suspended AS doer ON doer.user_id = pair.source
ANTI JOIN suspended AS receiver ON receiver.user_id = pair.target;

CREATE TABLE person AS
SELECT user_id
FROM (
  SELECT source AS user_id FROM activity
  UNION
  SELECT target FROM activity
  UNION
  SELECT user_id FROM flagged
)
ANTI JOIN suspended USING (user_id);

-- Weights in seconds, as peer-second-degree.sql has them.
CREATE TABLE closest AS
SELECT source, target, weight // 1000 AS weight, if(late > 0, 2, 1) AS vote
FROM edge
QUALIFY row_number() OVER (PARTITION BY source ORDER BY edge.weight DESC, target) <= 50;

CREATE TABLE tie AS
SELECT source, target, place, count(*) OVER (PARTITION BY source) AS ties
FROM (
  SELECT source, target, row_number() OVER (PARTITION BY source ORDER BY sum(weight) DESC, target) AS place
  FROM (
    SELECT source, target, weight FROM edge
    UNION ALL
    SELECT target, source, weight FROM edge
  )
  GROUP BY source, target
  QUALIFY place <= 20
);

CREATE TABLE voice AS
SELECT source AS user_id, round(10000 / sqrt(ties))::BIGINT AS voice
FROM tie
WHERE place = 1;

-- Whose votes count around whom.
CREATE TABLE member AS
SELECT tie.target AS via, tie.source AS user_id, voice
FROM tie
JOIN voice ON voice.user_id = tie.source
UNION ALL
SELECT user_id, user_id, 3 * voice
FROM voice;

CREATE TABLE mass AS
SELECT via, sum(voice)::BIGINT + 30000 AS mass
FROM member
GROUP BY via;

CREATE TABLE alike AS
SELECT via, target, votes // mass * 10000000 + votes % mass * 10000000 // mass AS share
FROM (
  SELECT member.via, closest.target, sum(voice * vote)::BIGINT AS votes
  FROM member
  JOIN closest ON closest.source = member.user_id
  GROUP BY member.via, closest.target
  QUALIFY row_number() OVER (PARTITION BY member.via ORDER BY votes DESC, closest.target) <= 50
)
JOIN mass USING (via);

CREATE TABLE via AS
SELECT source AS user_id, target AS via, least(ties, 10) AS vias
FROM tie
WHERE place <= 10;

-- What speaks for whom besides circles: popularity, and that they engage with the user. A reason is the recommended person.
CREATE TABLE own AS
WITH sums AS (
  SELECT target, if(sum(sum(late)) OVER () > 0, sum(late), sum(weight))::BIGINT AS engagement
  FROM edge
  GROUP BY target
),
popular AS (
  SELECT target, engagement // ((SELECT max(engagement) FROM sums) // 10000000 + 1) AS share
  FROM sums
  WHERE share > 0
  ORDER BY share DESC, target
  LIMIT 100
),
caution AS (
  SELECT user_id, sum(300000000000 // mass)::BIGINT // any_value(vias) AS caution
  FROM via
  JOIN mass USING (via)
  GROUP BY user_id
),
each AS (
  SELECT user_id, target AS rec_id, coalesce(caution, 10000000) * 3 * share // 100000000 AS popular, 0 AS engages
  FROM person
  LEFT JOIN caution USING (user_id)
  CROSS JOIN popular
  WHERE user_id <> target
  UNION ALL
  SELECT
    target, source, 0,
    750000 * least(weight, 7776000000) // 7776000000 + 750000 * least(late, 972000000) // 972000000
  FROM edge
)
SELECT user_id, rec_id, sum(popular)::BIGINT AS popular, sum(engages)::BIGINT AS engages
FROM each
GROUP BY user_id, rec_id
HAVING sum(popular + engages) > 0;

CREATE TABLE recommendations AS
WITH candidate AS (
  SELECT user_id, rec_id, sum(circle)::BIGINT AS circle, sum(popular)::BIGINT AS popular, sum(engages)::BIGINT AS engages
  FROM (
    SELECT user_id, target AS rec_id, share // vias AS circle, 0 AS popular, 0 AS engages
    FROM via
    JOIN alike USING (via)
    WHERE user_id <> target
    UNION ALL
    SELECT user_id, rec_id, 0, popular, engages
    FROM own
  )
  GROUP BY user_id, rec_id
)
SELECT
  user_id, rec_id, circle + popular + engages AS score,
  CASE
    WHEN circle >= popular AND circle >= engages THEN 'circle'
    WHEN popular >= engages THEN 'popular'
    ELSE 'engages-with-you'
  END AS source
FROM candidate
ANTI JOIN (
  SELECT DISTINCT source, target
  FROM activity
  WHERE type = 'follow'
    AND instant <= getvariable('as_of')
) AS followed
  ON followed.source = candidate.user_id AND followed.target = candidate.rec_id
WHERE score > 0
QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY score DESC, rec_id) <= 20;

CREATE TABLE reasons AS
WITH each AS (
  SELECT r.user_id, r.rec_id, via.via AS reason_id, share // vias AS circle, 0 AS popular, 0 AS engages
  FROM recommendations AS r
  JOIN via USING (user_id)
  JOIN alike ON alike.via = via.via AND alike.target = r.rec_id
  WHERE share // vias > 0
  UNION ALL
  SELECT user_id, rec_id, rec_id, 0, popular, engages
  FROM own
  SEMI JOIN recommendations USING (user_id, rec_id)
)
SELECT
  user_id, rec_id, reason_id, sum(circle + popular + engages)::BIGINT AS weight,
  concat_ws(
    ' + ', if(sum(circle) > 0, 'circle', NULL), if(sum(popular) > 0, 'popular', NULL), if(sum(engages) > 0, 'engages-with-you', NULL)
  ) AS source
FROM each
GROUP BY user_id, rec_id, reason_id;

COPY (SELECT source, target, weight / 7776000.0 FROM closest) TO (getvariable('out') || '/closest.csv');
COPY (SELECT user_id, rec_id, source FROM recommendations) TO (getvariable('out') || '/recommendations.csv');
COPY (SELECT user_id, rec_id, reason_id, weight / 1e7, source FROM reasons) TO (getvariable('out') || '/reasons.csv');

-- A score or a reason's weight as it is published: 7 decimals.
CREATE MACRO decimal_score(score) AS (score::DECIMAL(18, 0) * 0.0000001::DECIMAL(8, 7))::VARCHAR;

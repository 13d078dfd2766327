-- As edge-linear.sql, with exponential decay by $halfLife (seconds): s in units of 1e-9, see cypher/closest/compute-exponential.cypher;
-- h stays linear.
CREATE OR REPLACE TABLE edge AS
SELECT u, v, s, h
FROM (
  SELECT
    u, v, CAST(sum(coarse) * 1000 + (sum(fine) + 50000000) // 100000000 AS BIGINT) AS s,
    CAST(sum(base * greatest(0, $window // 8 - age)) AS BIGINT) AS h
  FROM (
    SELECT
      *, CAST(floor(millionths) AS BIGINT) AS coarse, CAST(floor((millionths - floor(millionths)) * 1e11 + 0.5) AS BIGINT) AS fine
    FROM (
      SELECT *, base / 1000.0::DOUBLE * pow(2.0::DOUBLE, CAST(-age AS DOUBLE) / $halfLife) * 1e6 AS millionths
      FROM (
        SELECT
          user_id AS u, engaged_id AS v, $asOf - instant AS age,
          CASE type WHEN 0 THEN $follow WHEN 1 THEN $reply WHEN 2 THEN $like ELSE $mention END AS base
        FROM activity
        WHERE instant <= $asOf AND instant > $asOf - $window
      )
    )
  )
  GROUP BY u, v
)
WHERE s > 0

-- Edges as of $asOf in thousandths of seconds: s by the window, h by its last eighth.
CREATE OR REPLACE TABLE edge AS
SELECT *
FROM (
  SELECT u, v, CAST(sum(base * ($window - age)) AS BIGINT) AS s, CAST(sum(base * greatest(0, $window // 8 - age)) AS BIGINT) AS h
  FROM (
    SELECT
      user_id AS u, engaged_id AS v, $asOf - instant AS age,
      CASE type WHEN 0 THEN $follow WHEN 1 THEN $reply WHEN 2 THEN $like ELSE $mention END AS base
    FROM activity
    WHERE instant <= $asOf AND instant > $asOf - $window
  )
  GROUP BY u, v
)
WHERE s > 0

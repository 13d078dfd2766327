-- Everybody's circle: whoever has them among their ties, each with a voice by the number of ties, round(10^4 / √n), and
-- themself with three voices.
CREATE TEMPORARY VIEW member AS
WITH voiced AS (
  SELECT
    user_id,
    other_id,
    rank,
    CAST(
      element_at(
        array(
          10000, 7071, 5774, 5000, 4472, 4082, 3780, 3536, 3333, 3162,
          3015, 2887, 2774, 2673, 2582, 2500, 2425, 2357, 2294, 2236
        ),
        CAST(n AS INT)
      ) AS BIGINT
    ) AS voice
  FROM tie
)
SELECT other_id AS center_id, user_id AS member_id, voice FROM voiced
UNION ALL
SELECT user_id, user_id, 3 * voice FROM voiced WHERE rank = 1

-- By what means those of quality-spam.sql got on lists of circles: the share of users with one of them among those whose circles count, how
-- many are among the 100 most popular, and which source speaks for them most.
WITH recommended AS (
  SELECT u, w, arg_max(source, x) AS source
  FROM list
  JOIN term USING (u, w)
  WHERE ranking = 'circles'
    AND w >= getvariable('first_spammer')
  GROUP BY u, w
)
SELECT
  (SELECT count(DISTINCT u) FROM via WHERE v >= getvariable('first_spammer')) / (SELECT count(*) FROM person) AS vias,
  (SELECT count(*) FROM popular WHERE w >= getvariable('first_spammer') AND place <= 100) AS popular,
  (SELECT mode(source) FROM recommended) AS source

-- In exact units, the reasons of each staged recommendation sum to its score, and no reason lacks its recommendation.
SELECT count(*) AS "exact sums", min(format('user %s, recommended %s', user_id, rec_id)) AS "exact sums example"
FROM kith_staging.recommendations AS recommendation
FULL JOIN (
  SELECT user_id, rec_id, sum(units) AS units
  FROM kith_staging.rec_reasons
  GROUP BY user_id, rec_id
) AS reasons USING (user_id, rec_id)
WHERE recommendation.units IS DISTINCT FROM reasons.units;

-- Recommendations whose reasons don't sum to their score within 1e-9, and reasons without a recommendation. Run
-- in-order.sql first.
SELECT count(*) AS sums, min(format('user %s, recommended %s', user_id, rec_id)) AS "sums example"
FROM :"recommendations" AS recommendation
FULL JOIN (
  SELECT user_id, rec_id, sum(weight) AS weight
  FROM :"rec_reasons"
  GROUP BY user_id, rec_id
) AS reasons USING (user_id, rec_id)
WHERE abs(recommendation.score - reasons.weight) <= 0.000000001 IS NOT TRUE;

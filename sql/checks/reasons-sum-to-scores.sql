-- The weights of each recommendation's reasons sum to its score within 1e-9, and no reason lacks its recommendation.
SELECT count(*) AS offending, min(format('user %s, recommended %s', user_id, rec_id)) AS example
FROM graph_recs.recommendations AS recommendation
FULL JOIN (
  SELECT user_id, rec_id, sum(weight) AS weight
  FROM graph_recs.rec_reasons
  GROUP BY user_id, rec_id
) AS reasons USING (user_id, rec_id)
WHERE abs(recommendation.score - reasons.weight) <= 0.000000001 IS NOT TRUE;

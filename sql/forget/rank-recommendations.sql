-- Closes the gaps in the ranks of the recommendations of users ($1).
UPDATE graph_recs.recommendations AS recommendation
SET rank = again.rank
FROM (
  SELECT user_id, rec_id, row_number() OVER (PARTITION BY user_id ORDER BY rank) AS rank
  FROM graph_recs.recommendations
  WHERE user_id = ANY ($1::bigint[])
) AS again
WHERE recommendation.user_id = again.user_id
  AND recommendation.rec_id = again.rec_id
  AND recommendation.rank <> again.rank;

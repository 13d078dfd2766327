-- A user's ($1) published recommendations, the best first.
SELECT rec_id AS "userId", rank, score::text AS score, source
FROM graph_recs.recommendations
WHERE user_id = $1
ORDER BY rank;

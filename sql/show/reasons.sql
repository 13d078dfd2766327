-- The published reasons of a user's ($1) recommendations, the heaviest first.
SELECT rec_id AS "recId", reason_id AS "userId", weight::text AS weight, source
FROM graph_recs.rec_reasons
WHERE user_id = $1
ORDER BY rec_id, rec_reasons.weight DESC, reason_id;

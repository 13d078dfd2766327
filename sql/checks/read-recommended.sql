-- The recommended ids of each user with $1 <= user_id < $2, for the question whether one of them is followed already.
SELECT user_id, array_agg(rec_id) AS rec_ids
FROM recommendations
WHERE user_id >= $1::bigint AND user_id < $2::bigint
GROUP BY user_id
ORDER BY user_id;

-- The texts of users ($1).
SELECT user_id AS "userId", id FROM kith.user_ids WHERE user_id = ANY ($1::bigint[]);

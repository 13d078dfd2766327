-- Two of the texts ($2) whose number ($1) is another's.
SELECT user_ids.user_id AS "userId", user_ids.id AS known, given.id AS other
FROM unnest($1::bigint[], $2::text[]) AS given (user_id, id)
JOIN kith.user_ids USING (user_id)
WHERE user_ids.id <> given.id COLLATE "C"
LIMIT 1;

-- Keeps the texts ($2) of users ($1). What is kept already stays as it is.
INSERT INTO kith.user_ids (user_id, id)
SELECT * FROM unnest($1::bigint[], $2::text[])
ON CONFLICT (user_id) DO NOTHING;

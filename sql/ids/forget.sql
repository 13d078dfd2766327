-- Removes the text of a user ($1).
DELETE FROM kith.user_ids WHERE user_id = $1;

-- Removes the text of a user ($1).
WITH gone AS (DELETE FROM kith.user_ids WHERE user_id = $1 RETURNING user_id)
SELECT count(*)::float8 AS found FROM gone;

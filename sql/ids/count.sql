-- How many texts of a user ($1) are kept.
SELECT count(*)::float8 AS found FROM kith.user_ids WHERE user_id = $1;

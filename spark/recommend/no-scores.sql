-- Without a list nobody has a score.
CREATE TEMPORARY VIEW scored AS SELECT user_id, 0 AS is_good FROM known_user WHERE false

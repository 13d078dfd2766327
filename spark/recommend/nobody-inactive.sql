-- Nobody is left out for having done nothing lately.
CREATE TEMPORARY VIEW inactive AS SELECT user_id FROM known_user WHERE false

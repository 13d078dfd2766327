-- Without a list of scores everybody may be recommended.
CREATE TEMPORARY VIEW bad AS SELECT user_id FROM known_user WHERE false

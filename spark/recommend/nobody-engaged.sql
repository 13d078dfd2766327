-- Nobody is left out for having been engaged with.
CREATE TEMPORARY VIEW engaged AS SELECT user_id, engaged_id AS other_id FROM closest WHERE false

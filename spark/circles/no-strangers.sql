-- Without KITH_STRANGERS_AT_MOST everybody counts for everybody.
CREATE TEMPORARY VIEW stranger AS SELECT user_id, engaged_id AS other_id FROM edge WHERE false

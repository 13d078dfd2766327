-- With whom everybody has engaged in the window: those are left out (KITH_RECOMMEND_ENGAGED=no).
CREATE TEMPORARY VIEW engaged AS SELECT user_id, engaged_id AS other_id FROM edge

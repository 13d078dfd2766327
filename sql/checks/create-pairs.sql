-- Holds pairs of a user and another, such as whom each user follows (count-followed.sql).
CREATE TEMPORARY TABLE :"table" (user_id bigint NOT NULL, other_id bigint NOT NULL) ON COMMIT DROP;

-- Holds whom each user follows, for count-followed.sql.
CREATE TEMPORARY TABLE followed (user_id integer NOT NULL, followed_id integer NOT NULL) ON COMMIT DROP;

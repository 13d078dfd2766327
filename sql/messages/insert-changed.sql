-- By user, so that a range of users lies together.
INSERT INTO message SELECT * FROM changed ORDER BY user_id, instant, id

-- Those that are not there yet.
INSERT INTO user_text SELECT * FROM staged_user_text EXCEPT SELECT * FROM user_text

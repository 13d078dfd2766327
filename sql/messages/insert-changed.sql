INSERT INTO message SELECT * FROM changed

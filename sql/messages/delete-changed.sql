DELETE FROM message WHERE id IN (SELECT id FROM changed)

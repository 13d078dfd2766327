-- The words that end or forbid something, each once, whatever their dates; until is -1 where they have no end of their own.
-- Types: 4 unfollow, 5 block, 6 mute, 7 unblock, 8 unmute, 9 dismiss, 10 a line of a whole list of follows, 11 hide, 12
-- reveal.
CREATE TABLE word USING parquet AS
SELECT DISTINCT type, user_id, engaged_id AS other_id, instant, message_id AS until FROM kept_activity WHERE type > 3

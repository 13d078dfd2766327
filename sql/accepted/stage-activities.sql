-- Kept activities, to be sorted and freed of repeats like those of a folder.
INSERT INTO staged_activity
SELECT type, user_id, engaged_id, message_id, instant
FROM read_parquet($paths)

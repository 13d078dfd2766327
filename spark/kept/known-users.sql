-- Everybody whom an accepted row ever named, whatever its date.
CREATE TABLE known_user USING parquet AS
SELECT user_id FROM kept_user
UNION
SELECT user_id FROM kept_activity
UNION
SELECT engaged_id FROM kept_activity

-- Everybody whom an accepted row ever named, whatever its date, where files of users that an earlier version kept lack
-- those whom activities name.
CREATE TABLE known_user USING parquet AS
SELECT user_id FROM kept_user
UNION
SELECT user_id FROM kept_activity
UNION
SELECT engaged_id FROM kept_activity

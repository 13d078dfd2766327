-- Everybody whom an accepted row ever named, whatever its date.
CREATE TABLE known_user USING parquet AS
SELECT DISTINCT user_id FROM kept_user

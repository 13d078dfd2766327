-- Who is suspended, for the checks.
CREATE TABLE suspended_rows USING text AS
SELECT CAST(user_id AS STRING) FROM suspended ORDER BY user_id

-- The users who were drawn.
CREATE OR REPLACE TABLE person AS
SELECT unnest($users) AS u

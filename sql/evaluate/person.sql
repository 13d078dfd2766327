-- The users who were drawn.
CREATE OR REPLACE TABLE person AS
SELECT unnest(CAST($users AS BIGINT[])) AS u

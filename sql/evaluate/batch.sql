-- A part of the users who were drawn: everybody's lists at once could be more than there is room for.
CREATE OR REPLACE TABLE batch AS
SELECT u
FROM person
WHERE u % $parts = $part

-- For user ids up to 2^63 − 1. A column that is a BIGINT already stays as it is.
ALTER TABLE message ALTER user_id TYPE BIGINT

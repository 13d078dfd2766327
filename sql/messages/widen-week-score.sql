-- As widen-message.sql.
ALTER TABLE week_score ALTER user_id TYPE BIGINT

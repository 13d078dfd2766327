-- Who wrote, where ids are texts: by number.
CREATE TABLE IF NOT EXISTS user_text (user_id BIGINT NOT NULL, id VARCHAR NOT NULL)

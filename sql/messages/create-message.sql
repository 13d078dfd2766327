-- Every message ever ingested, once by id. `words` is cleaned; is_good is NULL where the message has no label.
CREATE TABLE IF NOT EXISTS message (
  id BIGINT NOT NULL,
  user_id INTEGER NOT NULL,
  instant BIGINT NOT NULL,
  words VARCHAR NOT NULL,
  is_good UTINYINT
)

-- The probability (in millionths) that a user-week of this content is a good user's, by one of the three models that were used last.
CREATE TABLE IF NOT EXISTS week_score (
  user_id INTEGER NOT NULL,
  week INTEGER NOT NULL,
  content UBIGINT NOT NULL,
  model VARCHAR NOT NULL,
  probability INTEGER NOT NULL
)

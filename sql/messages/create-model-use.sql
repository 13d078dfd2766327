-- In which order models were used.
CREATE TABLE IF NOT EXISTS model_use (model VARCHAR PRIMARY KEY, used BIGINT NOT NULL)

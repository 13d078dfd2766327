-- What each ranking recommends to whom.
CREATE OR REPLACE TABLE list (ranking VARCHAR, u BIGINT, w BIGINT, score BIGINT, place BIGINT)

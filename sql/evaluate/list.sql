-- What each ranking recommends to whom.
CREATE OR REPLACE TABLE list (ranking VARCHAR, u INTEGER, w INTEGER, score BIGINT, place BIGINT)

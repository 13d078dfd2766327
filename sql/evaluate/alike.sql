-- Whom the circle of each via engages with: the 50 largest shares, in 1e-7.
CREATE OR REPLACE TABLE alike (v BIGINT, w BIGINT, share BIGINT)

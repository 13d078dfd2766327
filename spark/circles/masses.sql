-- The sum of the voices in each circle, and 30000 for three people who engage with nobody.
CREATE TABLE mass USING parquet AS
SELECT center_id, sum(voice) + 30000 AS mass FROM member GROUP BY center_id

-- Whom everybody follows as of the run, since in or out of the window.
CREATE TABLE followed USING parquet AS
SELECT DISTINCT user_id, engaged_id AS other_id FROM activity WHERE type = 0 AND instant <= ${spark.kith.asOf}L

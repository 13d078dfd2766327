-- Everybody's 50 closest connections.
CREATE TABLE closest USING parquet AS
SELECT user_id, engaged_id, s, h, rank FROM edge WHERE rank <= 50

-- The candidates whom no filter drops.
CREATE TEMPORARY VIEW kept AS SELECT user_id, other_id, score, source FROM candidate WHERE mark = 0 AND is_good

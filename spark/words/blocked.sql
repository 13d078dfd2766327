-- Who blocks whom as of the run, both ways, as cypher/words/set-blocked.cypher says it.
CREATE TABLE blocked USING parquet AS
WITH in_force AS (
  SELECT block.user_id, block.other_id
  FROM word AS block
  LEFT ANTI JOIN word AS unblock
    ON unblock.type = 7
    AND unblock.user_id = block.user_id
    AND unblock.other_id = block.other_id
    AND unblock.instant > block.instant
    AND unblock.instant <= ${spark.kith.asOf}L
  WHERE block.type = 5
    AND block.instant <= ${spark.kith.asOf}L
    AND (block.until < 0 OR block.until > ${spark.kith.asOf}L)
)
SELECT user_id, other_id FROM in_force
UNION
SELECT other_id, user_id FROM in_force

-- Who does not count for whom: others who engage with the user, and with more than KITH_STRANGERS_AT_MOST people in all,
-- and are not among the closest connections of the user.
CREATE TABLE stranger USING parquet AS
SELECT edge.engaged_id AS user_id, edge.user_id AS other_id
FROM edge
LEFT SEMI JOIN (
  SELECT user_id FROM edge GROUP BY user_id HAVING count(*) > ${spark.kith.strangersAtMost}
) AS busy ON busy.user_id = edge.user_id
LEFT ANTI JOIN closest ON closest.user_id = edge.engaged_id AND closest.engaged_id = edge.user_id

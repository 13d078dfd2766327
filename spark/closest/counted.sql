-- The activities that count: in the window, each once, and neither from nor to a suspended user. Rows are moved once, to
-- where all of their user's are: repeats, edges and closest connections are then found there.
CREATE TEMPORARY VIEW counted AS
SELECT
  user_id,
  engaged_id,
  CASE type
    WHEN 0 THEN ${spark.kith.follow}L
    WHEN 1 THEN ${spark.kith.reply}L
    WHEN 2 THEN ${spark.kith.like}L
    ELSE ${spark.kith.mention}L
  END AS base,
  ${spark.kith.asOf}L - instant AS age
FROM (
  SELECT DISTINCT user_id, engaged_id, type, instant, message_id
  FROM (
    SELECT /*+ REPARTITION(user_id) */ user_id, engaged_id, type, instant, message_id
    FROM activity
    LEFT ANTI JOIN suspended USING (user_id)
    LEFT ANTI JOIN (SELECT user_id AS engaged_id FROM suspended) USING (engaged_id)
    WHERE instant > ${spark.kith.asOf}L - ${spark.kith.window}L AND instant <= ${spark.kith.asOf}L
  )
)

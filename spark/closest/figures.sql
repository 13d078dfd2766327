-- Figures for people, one row of tab-separated whole numbers: users, and the activities in the window that are left out because
-- one of the two is suspended.
CREATE TABLE figures USING text AS
SELECT concat_ws('\t', users, suspended)
FROM
  (SELECT count(*) AS users FROM known_user),
  (
    SELECT count(*) AS suspended
    FROM (
      SELECT DISTINCT user_id, engaged_id, type, instant, message_id
      FROM activity
      WHERE instant > ${spark.kith.asOf}L - ${spark.kith.window}L
        AND instant <= ${spark.kith.asOf}L
        AND (
          user_id IN (SELECT user_id FROM suspended)
          OR engaged_id IN (SELECT user_id FROM suspended)
        )
    )
  )

-- Who has done nothing lately (KITH_RECOMMEND_ACTIVE_DAYS).
CREATE TEMPORARY VIEW inactive AS
SELECT user_id
FROM known_user
LEFT ANTI JOIN (
  SELECT user_id FROM activity WHERE instant > ${spark.kith.activeSince}L AND instant <= ${spark.kith.asOf}L
) USING (user_id)

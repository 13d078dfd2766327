-- Rows of rec_reasons in key order: user, recommended, reason, weight, sources. Numbers are sorted, not their texts.
CREATE TABLE reason_rows USING text AS
SELECT
  concat_ws(
    '\t',
    user_id,
    other_id,
    reason_id,
    units_text(units),
    concat_ws(
      ' + ',
      CASE WHEN is_circle THEN 'circle' END,
      CASE WHEN is_popular THEN 'popular' END,
      CASE WHEN is_engaging THEN 'engages-with-you' END
    )
  )
FROM (
  SELECT user_id, other_id, reason_id, units, is_circle, is_popular, is_engaging
  FROM reason
  ORDER BY user_id, other_id, reason_id
)

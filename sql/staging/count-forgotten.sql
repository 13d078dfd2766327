-- How many rows name a user of $ids: all of activities and words; and of the input's, where `discoverable` in user.csv (types 11 and 12)
-- and what users do towards themselves are no rows of their own.
SELECT
  count(*),
  count(*) FILTER (WHERE type < 11) + (
    SELECT count(*) FROM staged_user WHERE is_row = 1 AND user_id IN (SELECT unnest(CAST($ids AS BIGINT[])))
  )
FROM staged_activity
WHERE user_id IN (SELECT unnest(CAST($ids AS BIGINT[]))) OR engaged_id IN (SELECT unnest(CAST($ids AS BIGINT[])))

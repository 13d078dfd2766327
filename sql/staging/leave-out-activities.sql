-- Leaves out what is from or to a user of $ids.
DELETE FROM staged_activity
WHERE user_id IN (SELECT unnest(CAST($ids AS BIGINT[]))) OR engaged_id IN (SELECT unnest(CAST($ids AS BIGINT[])))

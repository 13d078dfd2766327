-- Leaves out the users of $ids.
DELETE FROM staged_user WHERE user_id IN (SELECT unnest(CAST($ids AS BIGINT[])))

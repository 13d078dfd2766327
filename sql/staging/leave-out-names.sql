-- Leaves out the texts of the users of $ids.
DELETE FROM staged_name WHERE user_id IN (SELECT unnest(CAST($ids AS BIGINT[])))

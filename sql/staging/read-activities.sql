-- The table's own order is kept.
SELECT user_id, engaged_id, CAST(instant AS DOUBLE), message_id FROM activity WHERE type = $type

-- Whoever is named beside a user of $ids stays known.
INSERT INTO staged_user
SELECT CASE WHEN user_id IN (SELECT unnest(CAST($ids AS BIGINT[]))) THEN engaged_id ELSE user_id END, NULL, 0
FROM staged_activity
WHERE user_id IN (SELECT unnest(CAST($ids AS BIGINT[]))) OR engaged_id IN (SELECT unnest(CAST($ids AS BIGINT[])))

COPY (
  SELECT
    user_id,
    engaged_id,
    instant,
    CASE WHEN message_id >= 0 THEN message_id END,
    CASE type WHEN 0 THEN 'FOLLOWED' WHEN 1 THEN 'REPLIED_TO' WHEN 2 THEN 'LIKED' ELSE 'MENTIONED' END
  FROM activity
) TO $path (FORMAT csv, HEADER false)

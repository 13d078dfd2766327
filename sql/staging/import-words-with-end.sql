-- Blocks or mutes, with their end if they have one.
COPY (
  SELECT users.node, engaged.node, activity.instant, CASE WHEN message_id >= 0 THEN message_id END
  FROM activity
  JOIN users USING (user_id)
  JOIN users AS engaged ON engaged.user_id = activity.engaged_id
  WHERE activity.type = $type
) TO $path (FORMAT csv, HEADER false)

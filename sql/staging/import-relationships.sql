-- The activities of a type other than follow, between the numbers that users get in the store.
COPY (
  SELECT users.node, engaged.node, activity.instant, activity.message_id
  FROM activity
  JOIN users USING (user_id)
  JOIN users AS engaged ON engaged.user_id = activity.engaged_id
  WHERE activity.type = $type
) TO $path (FORMAT csv, HEADER false)

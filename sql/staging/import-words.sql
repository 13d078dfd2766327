-- The words of a type, between the numbers that users get in the store.
COPY (
  SELECT users.node, engaged.node, activity.instant
  FROM activity
  JOIN users USING (user_id)
  JOIN users AS engaged ON engaged.user_id = activity.engaged_id
  WHERE activity.type = $type
) TO $path (FORMAT csv, HEADER false)

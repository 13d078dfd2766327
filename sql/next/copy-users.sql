-- Everybody in a run's next tables, with their text; an empty one where it is not known.
COPY (
  SELECT user_id, coalesce(user_ids.id, '')
  FROM (
    SELECT user_id FROM kith_next.:"closest"
    UNION
    SELECT closest_connection FROM kith_next.:"closest"
    UNION
    SELECT user_id FROM kith_next.:"recommendations"
    UNION
    SELECT rec_id FROM kith_next.:"recommendations"
    UNION
    SELECT reason_id FROM kith_next.:"reasons"
  ) AS named
  LEFT JOIN kith.user_ids USING (user_id)
  ORDER BY user_id
) TO STDOUT;
